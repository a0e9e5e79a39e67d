// One question at a time, in the browser's own dialog: a reason, or a choice. Esc gives null.
import { html, signal, useLayoutEffect, useRef, useState } from '../core/html.js';
import { t } from '../words/index.js';

const question = signal(null);

/** {title, hint?, label, choices?: [{value, text}]} → what was given, or null. */
export function askFor(asked) {
  return new Promise((answer) => {
    question.value = { ...asked, answer };
  });
}

export const askForReason = (title, hint = '') => askFor({ title, hint, label: t('ask.reason') });

export function Asking() {
  const asked = question.value;
  return asked === null ? null : html`<${Question} asked=${asked} />`;
}

function Question({ asked }) {
  const dialog = useRef(null);
  const field = useRef(null);
  const [missing, setMissing] = useState(false);

  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    field.current.focus();
    return () => before?.focus?.();
  }, [asked]);

  function answer(given) {
    question.value = null;
    asked.answer(given);
  }

  function submit(event) {
    event.preventDefault();
    const given = field.current.value.trim();
    if (given === '') return setMissing(true);
    answer(given);
  }

  return html`
    <dialog ref=${dialog} class="asking" aria-labelledby="asking-title" onCancel=${(event) => { event.preventDefault(); answer(null); }}>
      <form onSubmit=${submit}>
        <h2 id="asking-title">${asked.title}</h2>
        ${asked.hint && html`<p class="soft">${asked.hint}</p>`}
        <label class="field"><span>${asked.label}</span>
          ${asked.choices
            ? html`<select ref=${field}>${asked.choices.map((choice) => html`<option key=${choice.value} value=${choice.value}>${choice.text}</option>`)}</select>`
            : html`<input ref=${field} maxlength="400" aria-invalid=${missing} onInput=${() => setMissing(false)} />`}
        </label>
        <p class="trouble" role="alert">${missing ? t('ask.needed') : ''}</p>
        <div class="row-end">
          <button type="button" class="button" onClick=${() => answer(null)}>${t('ask.cancel')}</button>
          <button class="button main">${t('ask.ok')}</button>
        </div>
      </form>
    </dialog>`;
}
