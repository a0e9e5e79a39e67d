// A call that is filed already gets its place, or a better one: from a list of names, or by a pin.
import { html, useEffect, useState } from '../core/html.js';
import { lookAt, leaveForm, openOutage, pin, placing } from './panels.js';
import { t } from '../words/index.js';
import { get } from '../core/api.js';
import { act } from './deeds.js';
import { Pin, Place, usePlace } from './place.js';

const AS_IN_THE_LIST = { account_no: '', caller_phone: '' };

export function PlaceForm() {
  const call = placing.value;
  const [address, setAddress] = useState('');
  const [candidate, setCandidate] = useState(null);
  const [trouble, setTrouble] = useState('');
  const looked = usePlace({ ...AS_IN_THE_LIST, address });
  const own = useOwnPlace(call.id);
  useEffect(() => {
    showOnMap(looked.place);
    const { place } = looked; // a customer's own place needs no more choosing
    if (place?.method === 'account' && place.lon !== null) pin.value = { lon: place.lon, lat: place.lat };
  }, [looked.place]);

  async function place(event) {
    event.preventDefault();
    const at = pin.value;
    if (at === null && candidate === null) return setTrouble(t('place.needs'));
    const body = at === null ? { candidate_id: candidate.candidate_id } : { ...at, crs: 'EPSG:4326' };
    const answer = await act(`/calls/${call.id}/place`, body, t('place.done', { number: call.number }), call.outage_id);
    if (answer !== null) {
      leaveForm();
      openOutage(call.outage_id);
    }
  }

  function take(taken) {
    setCandidate(taken);
    pin.value = null;
    showOnMap(taken);
  }

  return html`
    <form class="panel" aria-labelledby="place-title" onSubmit=${place} novalidate data-testid="place-form">
      <header class="panel-head"><div class="panel-title"><h2 id="place-title">${t('place.title', { number: call.number })}</h2>
        <button type="button" class="button bare close" onClick=${leaveForm} aria-label=${t('call.close_panel')} title=${`${t('call.close_panel')} (Esc)`}>✕</button></div></header>
      <div class="panel-scroll">
        <div class="form">
          <label class="field wide"><span>${t('place.words')}</span>
            <textarea rows="2" name="address" data-form-start value=${address} onInput=${(event) => { setAddress(event.currentTarget.value); setCandidate(null); }}></textarea></label>
          <${Place} looked=${address.trim() === '' && own !== null ? { place: own, busy: false } : looked} candidate=${candidate} onCandidate=${take} onAccount=${() => {}} />
          <${Pin} />
          <p class="soft wide">${t('place.hint')}</p>
        </div>
        <p class="trouble" role="alert">${trouble}</p>
      </div>
      <footer class="panel-foot"><span></span><button class="button main">${t('place.do')}</button></footer>
    </form>`;
}

/** Where the call stands now, with what is proposed for it: shown until somebody types. */
function useOwnPlace(callId) {
  const [own, setOwn] = useState(null);
  useEffect(() => {
    let here = true;
    get(`/calls/${callId}`).then((answer) => here && setOwn(answer.place)).catch(() => {}); // without it the form works as well
    return () => (here = false);
  }, [callId]);
  return own;
}

/** A name only leads the eye: what is placed is the candidate chosen, or the pin that was set. */
function showOnMap(place) {
  if (place?.lon) lookAt.value = { lon: place.lon, lat: place.lat, zoom: 12, at: performance.now() };
}
