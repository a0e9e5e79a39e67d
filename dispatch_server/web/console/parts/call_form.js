// A call is typed while the caller speaks: the place, its area and the candidates appear by themselves.
import { html, useEffect, useRef, useState } from '../core/html.js';
import { ask, get, post } from '../core/api.js';
import { askAgain } from '../core/board.js';
import { mayDispatch, mayLookUp } from '../core/session.js';
import { clock, said, t, word } from '../words/index.js';
import { Class } from './board.js';
import { mergeInto } from './outage.js';
import { focusSoon, leaveForm, lookAt, openOutage, pin } from './panels.js';
import { canDraw, mapCentre } from './map.js';

const LOOK_AFTER_MS = 200;
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

  function takeCandidate(taken) {
    setCandidate(taken);
    lookAt.value = { lon: taken.lon, lat: taken.lat, zoom: 12, at: performance.now() };
  }

  const header = html`
    <header class="panel-head"><div class="panel-title"><h2 id="call-title">${t('call.title')}</h2>
      <button type="button" class="button bare close" onClick=${leaveForm} aria-label=${t('call.close_panel')} title=${`${t('call.close_panel')} (Esc)`}>✕</button></div></header>`;
  if (filed !== null) {
    return html`<article class="panel" aria-labelledby="call-title">${header}<div class="panel-scroll"><${Filed} answer=${filed} onNext=${next} /></div></article>`;
  }
  return html`
    <form class="panel" aria-labelledby="call-title" onSubmit=${file} onKeyDown=${(event) => event.key === 'Enter' && event.ctrlKey && file(event)} novalidate data-testid="call-form">
      ${header}
      <div class="panel-scroll">
        <div class="form">
          <label class="field wide"><span>${t('call.address')}</span>
            <textarea rows="2" name="address" data-form-start value=${given.address} onInput=${set('address')}></textarea></label>
          ${mayLookUp.value && html`<${Place} looked=${looked} candidate=${candidate} onCandidate=${takeCandidate}
            onAccount=${(account_no) => setGiven({ ...given, account_no })} />`}
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
  if (!body.account_no && place?.method === 'account' && premises?.length === 1) body.account_no = premises[0].account_no;
  if (pin.value !== null) Object.assign(body, { lon: pin.value.lon, lat: pin.value.lat, crs: 'EPSG:4326' });
  return body;
}

/** The candidate keeps its own doubt: a village chosen from the list is not a pin. */
async function withCandidate(answer, candidate) {
  const placed = await post(`/calls/${answer.call.id}/place`, { candidate_id: candidate.candidate_id });
  return { ...answer, ...placed, joined: answer.joined, suggestions: answer.suggestions };
}

/** The place that the server would put the call at, asked a moment after the last key. */
function usePlace(given) {
  const [looked, setLooked] = useState({ place: null, busy: false });
  const asked = useRef(0);
  const account = given.account_no.trim();
  const phone = given.caller_phone.trim();
  const address = given.address.trim();
  useEffect(() => {
    const turn = ++asked.current;
    if (!mayLookUp.value) return;
    if (address.length < 2 && account.length < 4 && phone.length < 7) return setLooked({ place: null, busy: false });
    setLooked((before) => ({ ...before, busy: true }));
    const timer = setTimeout(async () => {
      try {
        const answer = await lookUp(address, account, phone);
        if (turn === asked.current) setLooked({ place: answer.place, premises: answer.premises ?? [], busy: false });
      } catch {
        if (turn === asked.current) setLooked({ place: null, busy: false });
      }
    }, LOOK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [address, account, phone]);
  return looked;
}

/** A person's number goes in the body, never into a query string that a log might keep. */
function lookUp(address, account_no, phone) {
  if (account_no.length < 4 && phone.length < 7) return get(`/places?q=${encodeURIComponent(address)}`);
  const clues = { q: address, account_no: account_no.length < 4 ? '' : account_no, phone: phone.length < 7 ? '' : phone };
  return ask('POST', '/places/lookup', Object.fromEntries(Object.entries(clues).filter(([, text]) => text !== '')));
}

const nameOf = (names) => [names?.county, names?.township, names?.village].filter(Boolean).join(' ');

function Place({ looked, candidate: chosen, onCandidate, onAccount }) {
  const { place, busy, premises } = looked;
  const found = place && place.method !== 'none';
  return html`
    <div class="place wide" aria-live="polite" aria-busy=${busy} data-testid="place">
      <span class="place-label">${t('call.place')}</span>
      ${chosen && html`<p><${Class} of=${chosen.area?.area_class} /> <strong>${t('call.by_candidate', { name: nameOf(chosen.names) })}</strong></p>`}
      ${found && html`
        <p class="place-name"><${Class} of=${place.area?.area_class} /> <strong>${nameOf(place.names) || place.area?.name}</strong></p>
        <p class="soft">${[place.area?.name, word('method', place.method), word('sure', place.sure), t('call.place_within', { m: Math.round(place.radius_m) })].filter(Boolean).join(' · ')}</p>
        ${place.other_areas?.length > 0 && html`<${AlsoTouched} others=${place.other_areas} />`}`}
      ${!found && html`<p class="soft">${t(busy && !place ? 'call.place_looking' : 'call.place_none')}</p>`}
      ${place?.note && html`<p class="soft">${said(place.note)}</p>`}
      ${(premises ?? []).slice(0, 4).map((one) => html`<button type="button" class="linkish" key=${one.account_no} onClick=${() => onAccount(one.account_no)}>${one.account_no} · ${one.name} · ${one.address}</button>`)}
      ${place?.candidates?.length > 0 && html`
        <p class="soft">${t('call.candidates')}</p>
        <ul class="candidates">${place.candidates.slice(0, 6).map((candidate) => html`
          <li key=${candidate.candidate_id}><button type="button" class="button small" aria-pressed=${chosen?.candidate_id === candidate.candidate_id} title=${candidate.reason} onClick=${() => onCandidate(candidate)}>
            <${Class} of=${candidate.area?.area_class} /> ${nameOf(candidate.names)}</button></li>`)}</ul>`}
    </div>`;
}

const NAMED = 2;

/** The areas that the circle of doubt touches besides, by class: a wide circle touches dozens. */
function AlsoTouched({ others }) {
  const classes = ['urban', 'rural', 'remote'].map((name) => [name, others.filter((area) => area.area_class === name)]);
  return html`<p class="soft">${t('call.place_also', { n: others.length })} ${classes.filter(([, areas]) => areas.length > 0).map(([name, areas]) => html`
    <span key=${name}><${Class} of=${name} /> ${areas.slice(0, NAMED).map((area) => area.name).join(' ')}${areas.length > NAMED && ` … ×${areas.length}`} </span>`)}</p>`;
}

function Pin() {
  const at = pin.value;
  return html`
    <div class="field"><span>${t('call.pin')}</span>
      ${at === null
        ? !canDraw ? html`<${PinByNumbers} />` : html`<div class="pin-row"><span class="soft">${t('call.pin_hint')}</span> <button type="button" class="button small" onClick=${() => (pin.value = mapCentre())}>${t('call.pin_centre')}</button></div>`
        : html`<div class="pin-row"><span class="num">${t('call.pin_at', { lon: at.lon.toFixed(5), lat: at.lat.toFixed(5) })}</span> <button type="button" class="button small" onClick=${() => (pin.value = null)}>${t('call.pin_drop')}</button></div>`}
    </div>`;
}

/** Where no map can be drawn. The pin is set once both numbers are positions. */
function PinByNumbers() {
  const typed = useRef({ lon: NaN, lat: NaN });
  const set = (name) => (event) => {
    typed.current[name] = Number.parseFloat(event.currentTarget.value);
    const { lon, lat } = typed.current;
    if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) pin.value = { lon, lat };
  };
  return html`<div class="pin-row"><input inputmode="decimal" aria-label=${t('call.lon')} placeholder=${t('call.lon')} onChange=${set('lon')} />
    <input inputmode="decimal" aria-label=${t('call.lat')} placeholder=${t('call.lat')} onChange=${set('lat')} /></div>`;
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
        <button class="button main" onClick=${onNext}>${t('call.next')}</button>
      </div>
    </div>`;
}
