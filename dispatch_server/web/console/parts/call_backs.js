// After the repair: whom to ask, and what the customer says.
import { html, useEffect, useMemo, useState } from '../core/html.js';
import { get, post } from '../core/api.js';
import { askAgain } from '../core/board.js';
import { askCallBacksSoon, callBacks } from '../core/call_backs.js';
import { clock, day, said, t, word } from '../words/index.js';
import { Class } from './board.js';
import { Choice } from './answering.js';
import { callingBack, focusList, focusSoon, leaveForm, openCallBack, tell } from './panels.js';
import { VirtualGrid } from './virtual.js';

const ROW_REM = 3.6;
const ANSWERS = ['satisfied', 'dissatisfied', 'still_out', 'no_answer'];

export function CallBacks() {
  const rows = useMemo(() => callBacks.value.map((one) => ({ ...one, id: one.call.id })), [callBacks.value]);
  const open = (id) => openCallBack(rows.find((row) => row.id === id).call);
  return html`
    <div class="list-panel" role="tabpanel" id="list-panel" aria-labelledby="tab-call_backs">
      ${rows.length === 0 && html`<p class="empty">${t('call_back.empty')}</p>`}
      <${VirtualGrid} id="call-back" rows=${rows} rowRem=${ROW_REM} label=${t('call_back.label')} chosen=${callingBack.value?.id ?? null} onOpen=${open}
        columns=${[t('call_back.col.call'), t('call_back.col.place'), t('call_back.col.last')]} rowClass=${() => 'call-back-row'} draw=${(row) => html`<${Row} row=${row} />`} />
    </div>`;
}

function Row({ row: { call, place } }) {
  return html`
    <div role="gridcell"><span class="line number">${call.number}</span><span class="line soft">${day(call.received_at)}</span></div>
    <div role="gridcell"><span class="line"><${Class} of=${call.area_class} /> ${[place?.names?.village, place?.names?.township].filter(Boolean).join(' · ')}</span>
      <span class="line soft">${word('channel', call.channel)}</span></div>
    <div role="gridcell"><span class="line soft">${call.call_back ? word('answer', call.call_back) : t('call_back.not_yet')}</span></div>`;
}

export function CallBackForm() {
  const call = callingBack.value;
  const [opened, setOpened] = useState(null);
  const [answer, setAnswer] = useState('');
  const [note, setNote] = useState('');
  const [trouble, setTrouble] = useState('');
  const fail = (problem) => setTrouble(problem.status === 0 ? t('trouble.lost') : said(problem.message));
  const look = (reveal = '') => get(`/calls/${call.id}${reveal}`).then(setOpened, fail);
  useEffect(() => void look(), []);

  async function record(event) {
    event.preventDefault();
    if (answer === '') return setTrouble(t('call_back.needs'));
    try {
      await post(`/calls/${call.id}/call-back`, { answer, note: note.trim() });
    } catch (problem) {
      return fail(problem);
    }
    tell(t(answer === 'still_out' ? 'call_back.filed_again' : 'call_back.done', { number: call.number }));
    if (call.outage_id) askAgain(call.outage_id);
    askCallBacksSoon();
    leaveForm();
    focusList('call_backs');
  }

  const field = { name: 'answer', label: t('call_back.answer'), choices: ANSWERS.map((value) => ({ value, text: word('answer', value) })) };
  return html`
    <form class="panel" aria-labelledby="call-back-title" onSubmit=${record} novalidate data-testid="call-back-form">
      <header class="panel-head"><div class="panel-title"><h2 id="call-back-title">${t('call_back.title', { number: call.number })}</h2>
        <button type="button" class="button bare close" onClick=${leaveForm} aria-label=${t('call.close_panel')} title=${`${t('call.close_panel')} (Esc)`}>✕</button></div></header>
      <div class="panel-scroll">
        <div class="form">
          <${Customer} opened=${opened} onReveal=${() => look('?reveal=phone')} />
          <div class="wide" data-form-start tabindex="-1"><${Choice} field=${field} value=${answer} onGive=${setAnswer} /></div>
          <label class="field wide"><span>${t('call_back.note')}</span><input name="note" maxlength="400" value=${note} onInput=${(event) => setNote(event.currentTarget.value)} /></label>
          ${answer === 'still_out' && html`<p class="soft wide">${t('call_back.still_out_hint')}</p>`}
        </div>
        <p class="trouble" role="alert">${trouble}</p>
      </div>
      <footer class="panel-foot"><span></span><button class="button main">${t('call_back.do')}</button></footer>
    </form>`;
}

/** The number is masked until somebody who calls asks for it: that goes on record. */
function Customer({ opened, onReveal }) {
  if (opened === null) return html`<p class="soft wide">${t('call.place_looking')}</p>`;
  const { particulars, outage, place } = opened;
  const phone = particulars.caller_phone;
  const where = particulars.address ?? [place?.names?.township, place?.names?.village].filter(Boolean).join(' ');
  return html`
    <div class="wide customer">
      <p><strong>${particulars.caller_name ?? t('call_back.nameless')}</strong> ${particulars.account_no && html`<span class="soft num">${particulars.account_no}</span>`}</p>
      ${where && html`<p class="soft">${where}</p>`}
      <p class="num">${phone ?? t('call_back.no_phone')}
        ${phone?.includes('*') && html` <button type="button" class="button small" data-key="o" aria-keyshortcuts="o" onClick=${() => { onReveal(); focusSoon('[data-answer]'); }}>${t('call_back.reveal')} <kbd>O</kbd></button>`}</p>
      ${particulars.words && html`<p class="quote">${particulars.words}</p>`}
      ${outage?.restored_at && html`<p class="soft">${t('call_back.restored', { number: outage.number, time: clock(outage.restored_at) })}</p>`}
    </div>`;
}
