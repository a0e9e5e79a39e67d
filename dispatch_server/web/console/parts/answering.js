// Ways to answer a question besides words: one of a few, some of a few, one of many.
import { html, useEffect, useRef, useState } from '../core/html.js';
import { t } from '../words/index.js';

export function Choice({ field, value, onGive }) {
  return html`
    <fieldset class="choices"><legend>${field.label}</legend>
      ${field.choices.map((one) => html`<label class="check" key=${one.value}>
        <input type="radio" name=${field.name} data-answer checked=${value === one.value} onChange=${() => onGive(one.value)} /> ${one.text}</label>`)}
    </fieldset>`;
}

export function Checks({ field, value = [], onGive }) {
  const flip = (one) => onGive(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);
  return html`
    <fieldset class="choices"><legend>${field.label}</legend>
      ${field.choices.map((one) => html`<label class="check" key=${one.value}>
        <input type="checkbox" data-answer checked=${value.includes(one.value)} onChange=${() => flip(one.value)} /> ${one.text}</label>`)}
    </fieldset>`;
}

/** A list to be searched: typing narrows it, the arrows choose, Enter takes. The choices come in the order in which they are shown. */
export function Pick({ field, value, onGive, onTake }) {
  const [text, setText] = useState('');
  const list = useRef(null);
  const wanted = text.trim().toLowerCase().split(/\s+/);
  const found = field.choices.filter((one) => wanted.every((part) => one.find.toLowerCase().includes(part)));
  const at = found.findIndex((one) => one.value === value);
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [value]);

  function onKeyDown(event) {
    if (event.isComposing) return;
    const to = { ArrowDown: Math.min(found.length - 1, at + 1), ArrowUp: Math.max(0, at - 1) }[event.key];
    if (to !== undefined && found.length > 0) {
      event.preventDefault();
      onGive(found[to].value);
    } else if (event.key === 'Enter' && at < 0 && text !== '' && found.length === 1) onTake(event, found[0].value);
  }

  function search(event) {
    setText(event.currentTarget.value);
    onGive(undefined);
  }

  return html`
    <label class="field"><span>${field.label}</span>
      <input type="search" role="combobox" aria-expanded="true" aria-controls="pick-list" aria-autocomplete="list" autocomplete="off" data-answer
        aria-activedescendant=${at < 0 ? undefined : `pick-${value}`} placeholder=${t('pick.hint')} value=${text} onInput=${search} onKeyDown=${onKeyDown} /></label>
    <ul class="pick" role="listbox" id="pick-list" aria-label=${field.label} ref=${list}>
      ${found.length === 0 && html`<li class="soft empty">${t('pick.none')}</li>`}
      ${found.map((one) => html`<li key=${one.value} id=${`pick-${one.value}`} role="option" aria-selected=${one.value === value}
        onClick=${() => onGive(one.value)} onDblClick=${(event) => onTake(event, one.value)}>${one.show}</li>`)}
    </ul>`;
}
