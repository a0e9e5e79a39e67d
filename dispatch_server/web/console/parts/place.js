// Where a call is: what the server makes of the words, the candidates it offers, the pin on the map.
import { html, useEffect, useRef, useState } from '../core/html.js';
import { ask, get } from '../core/api.js';
import { mayLookUp } from '../core/session.js';
import { said, t, word } from '../words/index.js';
import { Class } from './board.js';
import { doubt, pin } from './panels.js';
import { canDraw, mapCentre } from './map.js';

const LOOK_AFTER_MS = 200;

/**
 * The number that a caller reads out, typed where the address goes: a telephone has eleven digits and begins with 1, an
 * account another count. Spaces and dashes between digits do not matter, nor do full-width digits. `alone`: nothing else is
 * said of the place.
 */
export function numbersIn(address) {
  const together = address.normalize('NFKC').replace(/(\d)[\s-]+(?=\d)/g, '$1');
  const number = together.match(/(?<!\d)\d{10,20}(?!\d)/)?.[0] ?? '';
  const alone = number !== '' && !/[^\d\s:：,，]/.test(together.replace(/户号|账号|电话/g, ''));
  return /^1\d{10}$/.test(number) ? { account_no: '', phone: number, alone } : { account_no: number, phone: '', alone };
}

/** The place that the server would put the call at, asked a moment after the last key. */
export function usePlace(given) {
  const [looked, setLooked] = useState({ place: null, busy: false });
  const asked = useRef(0);
  const address = given.address.trim();
  const typed = numbersIn(address);
  const account = given.account_no.trim() || typed.account_no;
  const phone = given.caller_phone.trim() || typed.phone;
  useEffect(() => {
    const turn = ++asked.current;
    if (!mayLookUp.value) return;
    if (address.length < 2 && account.length < 4 && phone.length < 7) return setLooked({ place: null, busy: false });
    setLooked((before) => ({ ...before, busy: true }));
    const timer = setTimeout(async () => {
      try {
        const answer = await lookUp(typed.alone ? '' : address, account, phone);
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

export function Place({ looked, candidate: chosen, onCandidate, onAccount }) {
  const { place, busy, premises } = looked;
  const found = place && place.method !== 'none';
  const shown = chosen ?? (found ? place : null);
  useEffect(() => {
    doubt.value = shown === null ? null : { lon: shown.lon, lat: shown.lat, radius_m: shown.radius_m };
  }, [shown?.lon, shown?.lat, shown?.radius_m]);
  useEffect(() => () => (doubt.value = null), []);
  return html`
    <div class="place wide" aria-live="polite" aria-busy=${busy} data-testid="place">
      <span class="place-label">${t('call.place')}</span>
      ${chosen && html`<p><${Class} of=${chosen.area?.area_class} /> <strong>${t('call.by_candidate', { name: nameOf(chosen.names) })}</strong></p>`}
      ${found && html`
        <p class="place-name"><${Class} of=${place.area?.area_class} /> <strong>${nameOf(place.names) || place.area?.name}</strong></p>
        <p class="soft">${[place.area?.name, `${word('method', place.method)}${place.source ? ` ${place.source}` : ''}`, word('sure', place.sure), t('call.place_within', { m: Math.round(place.radius_m) })].filter(Boolean).join(' · ')}</p>
        ${place.other_areas?.length > 0 && html`<${AlsoTouched} others=${place.other_areas} />`}`}
      ${!found && html`<p class="soft">${t(busy && !place ? 'call.place_looking' : 'call.place_none')}</p>`}
      ${place?.note && html`<p class="soft">${said(place.note)}</p>`}
      ${(premises ?? []).slice(0, 4).map((one) => html`<button type="button" class="linkish" key=${one.account_no} onClick=${() => onAccount(one.account_no)}>${one.account_no} · ${one.name} · ${one.address}</button>`)}
      ${place?.candidates?.length > 0 && html`
        <p class="soft">${t('call.candidates')}</p>
        <ul class="candidates">${place.candidates.slice(0, 6).map((candidate) => html`
          <li key=${candidate.candidate_id}><button type="button" class="button small" aria-pressed=${chosen?.candidate_id === candidate.candidate_id} title=${said(candidate.reason)} onClick=${() => onCandidate(candidate)}>
            <${Class} of=${candidate.area?.area_class} /> ${nameOf(candidate.names)}${candidate.source && html` <span class="soft">${candidate.source}</span>`}</button></li>`)}</ul>`}
    </div>`;
}

const NAMED = 2;

/** The areas that the circle of doubt touches besides, by class: a wide circle touches dozens. */
function AlsoTouched({ others }) {
  const classes = ['urban', 'rural', 'remote'].map((name) => [name, others.filter((area) => area.area_class === name)]);
  return html`<p class="soft">${t('call.place_also', { n: others.length })} ${classes.filter(([, areas]) => areas.length > 0).map(([name, areas]) => html`
    <span key=${name}><${Class} of=${name} /> ${areas.slice(0, NAMED).map((area) => area.name).join(' ')}${areas.length > NAMED && ` … ×${areas.length}`} </span>`)}</p>`;
}

export function Pin() {
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
