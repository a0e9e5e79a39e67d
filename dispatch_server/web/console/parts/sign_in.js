import { html, useState } from '../core/html.js';
import { signIn } from '../core/session.js';
import { said, t } from '../words/index.js';
import { LooksButtons } from './head.js';

export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');

  async function submit(event) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const name = given.get('name').trim();
    const password = given.get('password');
    if (!name || !password) return setTrouble(t('sign_in.empty'));
    setBusy(true);
    setTrouble('');
    try {
      await signIn(name, password);
    } catch (problem) {
      setTrouble(troubleOf(problem));
      setBusy(false);
    }
  }

  return html`
    <main class="door">
      <form class="door-card" onSubmit=${submit} novalidate>
        <img class="door-mark" src="/console/looks/mark.svg" alt="" width="44" height="44" />
        <h1>${t('app.name')} <span class="soft">${t('app.title')}</span></h1>
        <p class="soft door-motto">${t('sign_in.motto')}</p>
        <label class="field"><span>${t('sign_in.name')}</span>
          <input name="name" autocomplete="username" autofocus /></label>
        <label class="field"><span>${t('sign_in.password')}</span>
          <input name="password" type="password" autocomplete="current-password" /></label>
        <p class="trouble" role="alert">${trouble}</p>
        <button class="button main wide" disabled=${busy}>${t(busy ? 'sign_in.busy' : 'sign_in.do')}</button>
        <div class="row-end"><${LooksButtons} /></div>
      </form>
    </main>`;
}

function troubleOf(problem) {
  if (problem.status === 0) return t('trouble.lost');
  return problem.status === 401 ? t('sign_in.wrong') : said(problem.message);
}
