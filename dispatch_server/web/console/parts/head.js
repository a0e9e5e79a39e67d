// The head of the page: who, how fresh, what time it is at the server; language and theme.
import { html } from '../core/html.js';
import { link, loaded } from '../core/board.js';
import { language, theme } from '../core/looks.js';
import { mayFile, maySeeFigures, session, signOut } from '../core/session.js';
import { now, second } from '../core/clock.js';
import { clockSeconds, span, t, word } from '../words/index.js';
import { Figures } from './figures.js';
import { figuresShown } from './figures_table.js';
import { openForm } from './panels.js';
import { keysShown } from './keys.js';

export function Head() {
  return html`
    <header class="head">
      <div class="head-brand">
        <img src="/console/looks/mark.svg" alt="" width="22" height="22" />
        <strong>${t('app.name')}</strong>
      </div>
      ${maySeeFigures.value && html`<button class="button bare figures-open" onClick=${() => (figuresShown.value = true)} aria-keyshortcuts="f" title=${t('figures.table_title')}>
        ${t('figures.open')} <kbd>F</kbd></button><${Figures} />`}
      <div class="head-end">
        ${mayFile.value && html`<button class="button main" onClick=${openForm} aria-keyshortcuts="n">
          ${t('head.new_call')} <kbd>N</kbd></button>`}
        <${Link} />
        <${ServerClock} />
        <div class="head-who"><span class="head-name">${session.value.name}</span>
          <span class="soft">${word('role', session.value.role)}</span></div>
        <button class="button bare" onClick=${() => (keysShown.value = true)} aria-keyshortcuts="?" aria-label=${t('head.keys')} title=${t('head.keys')}><kbd>?</kbd></button>
        <${LooksButtons} />
        <button class="button bare" onClick=${signOut}>${t('sign_in.out')}</button>
      </div>
    </header>`;
}

export function LooksButtons() {
  const other = theme.value === 'night' ? 'day' : 'night';
  return html`
    <button type="button" class="button bare" lang=${language.value === 'zh' ? 'en' : 'zh-CN'} title=${t('head.language')} aria-label=${t('head.language')}
      onClick=${() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>${language.value === 'zh' ? 'EN' : '中文'}</button>
    <button type="button" class="button bare" title=${t(`head.theme.${other}`)} aria-label=${t(`head.theme.${other}`)}
      onClick=${() => (theme.value = other)}>${theme.value === 'night' ? '☀' : '☾'}</button>`;
}

function Link() {
  const state = link.value.live ? 'live' : loaded.value ? 'lost' : 'connecting';
  return html`<span class=${`link link-${state}`} role="status" data-testid="link"><i aria-hidden="true"></i>${t(`head.${state}`)}</span>`;
}

function ServerClock() {
  second.value;
  return html`<time class="clock" title=${t('head.clock')}>${clockSeconds(now())}</time>`;
}

export function LostBanner() {
  const { live, since } = link.value;
  if (live || since === null) return null;
  second.value;
  const text = loaded.value
    ? t('lost.banner', { since: clockSeconds(since), span: span(Math.max(0, Math.round((now() - since) / 1000))) })
    : t('lost.first');
  return html`<div class="lost" role="alert" data-testid="lost">${text}</div>`;
}
