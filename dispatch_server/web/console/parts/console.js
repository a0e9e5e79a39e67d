// The whole page: sign-in, the sentence for crews, or the desk.
import { html } from '../core/html.js';
import { maySeeBoard, session, signOut } from '../core/session.js';
import { t } from '../words/index.js';
import { SignIn } from './sign_in.js';
import { Desk } from './desk.js';
import { LooksButtons } from './head.js';

export function Console() {
  if (session.value === undefined) return null;
  if (session.value === null) return html`<${SignIn} />`;
  return maySeeBoard.value ? html`<${Desk} />` : html`<${Elsewhere} />`;
}

function Elsewhere() {
  const { name, role } = session.value;
  return html`
    <main class="door">
      <section class="door-card">
        <p class="door-word">${t(role === 'admin' ? 'sign_in.admin' : 'sign_in.crew', { name })}</p>
        <div class="row-end"><${LooksButtons} /><button class="button" onClick=${signOut}>${t('sign_in.out')}</button></div>
      </section>
    </main>`;
}
