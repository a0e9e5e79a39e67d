// Everything can be done by keys. Single letters act only outside fields, and may be switched off.
import { html, signal, useLayoutEffect, useRef } from '../core/html.js';
import { language, letterKeys, theme } from '../core/looks.js';
import { chosenId } from '../core/board.js';
import { mayFile, mayLookUp, maySeeFigures } from '../core/session.js';
import { t } from '../words/index.js';
import { figuresShown } from './figures_table.js';
import { closeOutage, focusList, focusSoon, leaveForm, list, openForm, side } from './panels.js';

export const keysShown = signal(false);

const LETTERS = {
  l: () => focusList('outages'),
  c: () => focusList('crews'),
  b: () => mayLookUp.value && focusList('call_backs'),
  n: () => mayFile.value && startACall(),
  p: () => document.querySelector('[data-place]')?.click(),
  s: () => focusSoon('[data-offer]'),
  f: () => maySeeFigures.value && (figuresShown.value = true),
  m: () => focusSoon('.maplibregl-canvas'),
  '/': () => { list.value = 'outages'; focusSoon('[data-find]'); },
  d: () => (theme.value = theme.value === 'night' ? 'day' : 'night'),
  g: () => (language.value = language.value === 'zh' ? 'en' : 'zh'),
  '?': () => (keysShown.value = true),
};

/** From the answer to one call straight to the next. */
function startACall() {
  document.querySelector('[data-next]')?.click();
  openForm();
}

export function listenForKeys() {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') return back();
  if (event.ctrlKey || event.metaKey || event.altKey || !letterKeys.value || isField(event.target)) return;
  const key = event.key.toLowerCase();
  const action = LETTERS[key] ?? buttonFor(key);
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/** What can be done with what is shown just now says its own key. */
function buttonFor(key) {
  const button = /^[a-z]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
  return button === null ? undefined : () => button.click();
}

/** Where letters are text; a round or a square to tick takes none. */
const isField = (element) => element.matches?.('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]') ?? false;

function back() {
  if (side.value !== 'outage') leaveForm();
  else if (chosenId.value !== null) closeOutage();
  else focusList();
}

const SHOWN = [
  ['↑ ↓', 'move'], ['Enter', 'open'], ['Esc', 'back'], ['L', 'list'], ['C', 'crews'], ['B', 'call_backs'], ['/', 'find'], ['N', 'new'], ['P', 'place'],
  ['F2', 'near'], ['Ctrl + Enter', 'file'], ['S', 'send'], ['H', 'chase'], ['J', 'merge'], ['X', 'split'], ['E', 'exempt'], ['R', 'relaxation'], ['Z', 'rule_out'], ['Q', 'close'], ['F', 'figures'], ['M', 'map'], ['D', 'theme'], ['G', 'language'], ['?', 'help'],
];

export function Keys() {
  return keysShown.value ? html`<${KeysDialog} />` : null;
}

function KeysDialog() {
  const dialog = useRef(null);
  const close = () => (keysShown.value = false);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`
    <dialog ref=${dialog} class="asking" aria-labelledby="keys-title" onCancel=${(event) => { event.preventDefault(); close(); }}>
      <h2 id="keys-title">${t('keys.title')}</h2>
      <dl class="keys">${SHOWN.map(([key, name]) => html`<div key=${name}><dt><kbd>${key}</kbd></dt><dd>${t(`keys.${name}`)}</dd></div>`)}</dl>
      <label class="check"><input type="checkbox" checked=${letterKeys.value} onChange=${(event) => (letterKeys.value = event.currentTarget.checked)} /> ${t('keys.letters')}</label>
      <div class="row-end"><button class="button main" onClick=${close}>${t('keys.done')}</button></div>
    </dialog>`;
}
