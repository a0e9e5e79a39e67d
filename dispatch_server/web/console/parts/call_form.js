// A call is typed while the caller speaks: the place, its area and the candidates appear by themselves.
import { html, useState } from '../core/html.js';
import { post } from '../core/api.js';
import { askAgain } from '../core/board.js';
import { mayDispatch, mayLookUp } from '../core/session.js';
import { clock, said, t, word } from '../words/index.js';
import { Class } from './board.js';
import { mergeInto } from './deeds.js';
import { focusSoon, leaveForm, openOutage, pin } from './panels.js';
import { NEAR_KEY, NearCalls } from './near.js';
import { Pin, Place, numbersIn, usePlace } from './place.js';

const CHANNELS = ['hotline', 'web', 'sms', 'power_110', 'police_110', '12345', 'control_room', 'meter'];
const CATEGORIES = ['fault', 'enquiry', 'complaint', 'tip_off', 'opinion', 'suggestion', 'praise'];
const HAZARDS = ['none', 'wire_down', 'fire', 'flood', 'injury'];
const KINDS = ['', 'hv', 'lv', 'power_quality', 'inside_home', 'not_electric', 'metering'];
const EMPTY = { channel: 'hotline', category: 'fault', address: '', account_no: '', caller_phone: '', caller_name: '', hazard: 'none', fault_kind: '', words: '' };

export function CallForm() {
  const [given, setGiven] = useState(EMPTY);
  const [filed, setFiled] = useState(null);
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const [candidate, setCandidate] = useState(null);
  const looked = usePlace(given);
  const found = looked.place?.method === 'none' ? null : looked.place;

  function set(name) {
    return (event) => {
      setGiven({ ...given, [name]: event.currentTarget.value });
      if (name === 'address' || name === 'account_no') setCandidate(null);
    };
  }

  async function file(event) {
    event.preventDefault();
    if (busy) return;
    if (![given.address, given.account_no, given.caller_phone].some((text) => text.trim()) && pin.value === null && given.category === 'fault') {
      return setTrouble(t('call.needs'));
    }
    setBusy(true);
    setTrouble('');
    try {
      const answer = await post('/calls', bodyOf(given, looked));
      setFiled(candidate === null ? answer : await withCandidate(answer, candidate));
      if (answer.outage) askAgain(answer.outage.id);
      focusSoon('[data-filed]');
    } catch (problem) {
      setTrouble(problem.status === 0 ? t('trouble.lost') : said(problem.message));
    }
    setBusy(false);
  }

  function next() {
    setFiled(null);
    setGiven({ ...EMPTY, channel: given.channel });
    setCandidate(null);
    pin.value = null;
    focusSoon('[data-form-start]');
  }

  function onKeyDown(event) {
    if (event.key === 'Enter' && event.ctrlKey) file(event);
    if (event.key !== NEAR_KEY) return;
    event.preventDefault();
    document.querySelector('[data-near]')?.click();
  }

  const header = html`
    <header class="panel-head"><div class="panel-title"><h2 id="call-title">${t('call.title')}</h2>
      <button type="button" class="button bare close" onClick=${leaveForm} aria-label=${t('call.close_panel')} title=${`${t('call.close_panel')} (Esc)`}>✕</button></div></header>`;
  if (filed !== null) {
    return html`<article class="panel" aria-labelledby="call-title">${header}<div class="panel-scroll"><${Filed} answer=${filed} onNext=${next} /></div></article>`;
  }
  return html`
    <form class="panel" aria-labelledby="call-title" onSubmit=${file} onKeyDown=${onKeyDown} novalidate data-testid="call-form">
      ${header}
      <div class="panel-scroll">
        <div class="form">
          <label class="field wide"><span>${t('call.address')}</span>
            <textarea rows="2" name="address" data-form-start value=${given.address} onInput=${set('address')}></textarea></label>
          ${mayLookUp.value && html`<${Place} looked=${looked} candidate=${candidate} onCandidate=${setCandidate}
            onAccount=${(account_no) => setGiven({ ...given, account_no })} />`}
          ${given.category === 'fault' && html`<${NearCalls} place=${pin.value ?? candidate ?? found} />`}
          <label class="field"><span>${t('call.account')}</span><input name="account_no" inputmode="numeric" autocomplete="off" value=${given.account_no} onInput=${set('account_no')} /></label>
          <label class="field"><span>${t('call.phone')}</span><input name="caller_phone" type="tel" autocomplete="off" value=${given.caller_phone} onInput=${set('caller_phone')} /></label>
          <${Choice} name="hazard" label=${t('call.hazard')} value=${given.hazard} onInput=${set('hazard')} choices=${HAZARDS} family="hazard" />
          <${Choice} name="fault_kind" label=${t('call.kind')} value=${given.fault_kind} onInput=${set('fault_kind')} choices=${KINDS} family="kind" none=${t('call.kind_unknown')} />
          <label class="field wide"><span>${t('call.words')}</span><input name="words" value=${given.words} onInput=${set('words')} /></label>
          <${Choice} name="channel" label=${t('call.channel')} value=${given.channel} onInput=${set('channel')} choices=${CHANNELS} family="channel" />
          <${Choice} name="category" label=${t('call.category')} value=${given.category} onInput=${set('category')} choices=${CATEGORIES} family="category" />
          <label class="field"><span>${t('call.name')}</span><input name="caller_name" autocomplete="off" value=${given.caller_name} onInput=${set('caller_name')} /></label>
          <${Pin} />
        </div>
        <p class="trouble" role="alert">${trouble}</p>
      </div>
      <footer class="panel-foot"><span class="soft"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
        <button class="button main" disabled=${busy}>${t(busy ? 'call.filing' : 'call.file')}</button></footer>
    </form>`;
}

function Choice({ name, label, value, onInput, choices, family, none }) {
  return html`<label class="field"><span>${label}</span>
    <select name=${name} value=${value} onInput=${onInput}>${choices.map((choice) => html`<option key=${choice} value=${choice}>${choice === '' ? none : word(family, choice)}</option>`)}</select></label>`;
}

/** What was shown is what is filed: a customer found by the phone number goes along as the account. */
function bodyOf(given, { place, premises }) {
  const body = {};
  for (const [name, text] of Object.entries(given)) if (text.trim() !== '') body[name] = text.trim();
  const { account_no, phone, alone } = numbersIn(given.address);
  if (alone) delete body.address;
  if (!body.account_no && account_no) body.account_no = account_no;
  if (!body.caller_phone && phone) body.caller_phone = phone;
  if (!body.account_no && place?.method === 'account' && premises?.length === 1) body.account_no = premises[0].account_no;
  if (pin.value !== null) Object.assign(body, { lon: pin.value.lon, lat: pin.value.lat, crs: 'EPSG:4326' });
  return body;
}

/** The candidate keeps its own doubt: a village chosen from the list is not a pin. */
async function withCandidate(answer, candidate) {
  const placed = await post(`/calls/${answer.call.id}/place`, { candidate_id: candidate.candidate_id });
  return { ...answer, ...placed, joined: answer.joined, suggestions: answer.suggestions };
}

function Filed({ answer, onNext }) {
  const { call, outage, joined, suggestions } = answer;
  return html`
    <div class="filed" data-testid="filed">
      <h3 tabindex="-1" data-filed>${t('call.filed', { number: call.number })}</h3>
      ${outage
        ? html`<p>${t(joined ? 'call.filed_joined' : 'call.filed_opened', { number: outage.number })} <${Class} of=${outage.area_class} /></p>
            <p>${t('call.arrive_by', { time: clock(outage.arrive_by) })}</p>`
        : html`<p>${t('call.filed_no_outage')}</p>`}
      ${suggestions?.length > 0 && html`
        <h4>${t('call.suggestions')}</h4>
        <ul class="suggestions">${suggestions.map((one) => html`
          <li key=${one.outage_id}><p>${said(one.sentence)}</p>
            <div><button class="button small" onClick=${() => openOutage(one.outage_id)}>${t('call.show_outage', { number: one.number })}</button>
            ${mayDispatch.value && html`<button class="button small" onClick=${() => mergeInto(outage.id, one.outage_id)}>${t('call.merge', { number: one.number })}</button>`}</div></li>`)}</ul>`}
      <div class="row-end">
        ${outage && html`<button class="button" onClick=${() => openOutage(outage.id)}>${t('call.show_outage', { number: outage.number })}</button>`}
        <button class="button main" data-next onClick=${onNext}>${t('call.next')}</button>
      </div>
    </div>`;
}
