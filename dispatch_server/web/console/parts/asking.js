// One question at a time, in the browser's own dialog: a reason, a choice, some of a list. Esc gives null.
import { html, signal, useLayoutEffect, useRef, useState } from '../core/html.js';
import { t } from '../words/index.js';
import { Checks, Choice, Pick } from './answering.js';

const question = signal(null);
const KINDS = { choice: Choice, checks: Checks, pick: Pick };
const isGiven = (value) => (Array.isArray(value) ? value.length > 0 : (value ?? '') !== '');
const trimmed = (value) => (typeof value === 'string' ? value.trim() : value);

/**
 * {title, hint?, fields: [{name, label, kind?, choices?, optional?, needed?}]} → what was given by name, or null.
 * A kind is text, choice (one of a few), checks (some of a few) or pick (one of many, to be searched). Nothing is chosen beforehand.
 */
export function askFor(asked) {
  return new Promise((answer) => {
    question.value = { ...asked, answer };
  });
}

export async function askForReason(title, hint = '') {
  const given = await askFor({ title, hint, fields: [{ name: 'reason', label: t('ask.reason') }] });
  return given === null ? null : given.reason;
}

export function Asking() {
  const asked = question.value;
  return asked === null ? null : html`<${Question} asked=${asked} />`;
}

function Question({ asked }) {
  const dialog = useRef(null);
  const [given, setGiven] = useState({});
  const [missing, setMissing] = useState(null);

  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    dialog.current.querySelector('[data-answer]').focus();
    return () => before?.focus?.();
  }, [asked]);

  function answer(values) {
    question.value = null;
    asked.answer(values);
  }

  function submit(event, more = {}) {
    event.preventDefault();
    const values = Object.fromEntries(Object.entries({ ...given, ...more }).map(([name, value]) => [name, trimmed(value)]));
    const lacking = asked.fields.find((field) => !field.optional && !isGiven(values[field.name]));
    if (lacking !== undefined) return setMissing(lacking);
    answer(values);
  }

  const set = (name) => (value) => {
    setMissing(null);
    setGiven((before) => ({ ...before, [name]: value }));
  };

  return html`
    <dialog ref=${dialog} class="asking" aria-labelledby="asking-title" onCancel=${(event) => { event.preventDefault(); answer(null); }}>
      <form onSubmit=${submit}>
        <h2 id="asking-title">${asked.title}</h2>
        ${asked.hint && html`<p class="soft">${asked.hint}</p>`}
        ${asked.fields.map((field) => {
          const Field = KINDS[field.kind] ?? Text;
          return html`<${Field} key=${field.name} field=${field} value=${given[field.name]} onGive=${set(field.name)} missing=${missing === field}
            onTake=${(event, value) => submit(event, { [field.name]: value })} />`;
        })}
        <p class="trouble" role="alert">${missing ? (missing.needed ?? t('ask.needed')) : ''}</p>
        <div class="row-end">
          <button type="button" class="button" onClick=${() => answer(null)}>${t('ask.cancel')}</button>
          <button class="button main">${t('ask.ok')}</button>
        </div>
      </form>
    </dialog>`;
}

function Text({ field, value, onGive, missing }) {
  return html`<label class="field"><span>${field.label}</span>
    <input name=${field.name} maxlength="400" data-answer value=${value ?? ''} aria-invalid=${missing} onInput=${(event) => onGive(event.currentTarget.value)} /></label>`;
}
