// The desk: list, map, feed, and the panel of what is chosen.
import { html, useEffect } from '../core/html.js';
import { callingBack, list, notice, placing, side } from './panels.js';
import { callBacks } from '../core/call_backs.js';
import { mayLookUp } from '../core/session.js';
import { inOrder, crews } from '../core/board.js';
import { t } from '../words/index.js';
import { Head, LostBanner } from './head.js';
import { Board } from './board.js';
import { Crews } from './crews.js';
import { CallBackForm, CallBacks } from './call_backs.js';
import { OutagePanel } from './outage.js';
import { CallForm } from './call_form.js';
import { PlaceForm } from './place_form.js';
import { Map } from './map.js';
import { Feed } from './feed.js';
import { FiguresTable } from './figures_table.js';
import { Keys, listenForKeys } from './keys.js';
import { Asking } from './asking.js';
import { Alarm } from './alarm.js';

export function Desk() {
  useEffect(listenForKeys, []);
  return html`
    <a class="skip" href="#list">${t('app.skip')}</a>
    <${Head} />
    <${LostBanner} />
    <main class="desk">
      <section class="list" id="list">
        <${Tabs} />
        <${List} />
      </section>
      <section class="middle"><${Map} /><${Feed} /></section>
      <section class="side"><${Side} /></section>
    </main>
    <${Notice} />
    <${Keys} />
    <${FiguresTable} />
    <${Asking} />
    <${Alarm} />`;
}

function List() {
  if (list.value === 'crews') return html`<${Crews} />`;
  return list.value === 'call_backs' && mayLookUp.value ? html`<${CallBacks} />` : html`<${Board} />`;
}

function Side() {
  if (side.value === 'call') return html`<${CallForm} />`;
  if (side.value === 'place') return html`<${PlaceForm} key=${placing.value.id} />`;
  if (side.value === 'call_back') return html`<${CallBackForm} key=${callingBack.value.id} />`;
  return html`<${OutagePanel} />`;
}

function Tabs() {
  const free = [...crews.value.values()].filter((crew) => crew.state === 'free').length;
  const onDuty = [...crews.value.values()].filter((crew) => crew.on_duty).length;
  const tab = (which, count) => html`
    <button role="tab" id=${`tab-${which}`} aria-controls="list-panel" aria-selected=${list.value === which} class="tab" onClick=${() => (list.value = which)}>
      ${t(`board.${which}`)} <span class="soft">${count}</span></button>`;
  return html`
    <div class="tabs" role="tablist">
      ${tab('outages', t('board.count', { count: inOrder.value.length }))}
      ${tab('crews', t('board.crews_count', { free, on_duty: onDuty }))}
      ${mayLookUp.value && tab('call_backs', callBacks.value.length)}
    </div>`;
}

const NOTICE_MS = 8_000;

function Notice() {
  const said = notice.value;
  useEffect(() => {
    if (said === null || said.bad) return undefined;
    const timer = setTimeout(() => (notice.value = null), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return html`
    <div class="notice-place" role="status" aria-live="polite">
      ${said && html`<div class=${said.bad ? 'notice bad' : 'notice'} data-testid="notice"><span>${said.text}</span>
        <button class="button bare" onClick=${() => (notice.value = null)}>${t('done.dismiss')}</button></div>`}
    </div>`;
}
