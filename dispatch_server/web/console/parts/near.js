// While a call is typed and placed: the open outages near it, so that a duplicate is seen before it is filed.
import { html, useState } from '../core/html.js';
import { outages } from '../core/board.js';
import { now, second } from '../core/clock.js';
import { callsNear } from '../core/nearness.js';
import { urgencyOf } from '../core/urgency.js';
import { span, t, word } from '../words/index.js';
import { Class, crewName, foremost, placeOf } from './board.js';
import { distance } from './deeds.js';
import { focusSoon, lookAt } from './panels.js';

const REACH_KM = 0.5;
const REACH_AT_MOST_KM = 3; // a place that is only a township is near to everything
const SHOWN = 5;

export const NEAR_KEY = 'F2';

/** `place`: {lon, lat, radius_m?} or null. */
export function NearCalls({ place }) {
  const [open, setOpen] = useState(false);
  Math.floor(second.value / 10);
  const reach = Math.min(REACH_AT_MOST_KM, REACH_KM + (place?.radius_m ?? 0) / 1000);
  const near = place?.lon == null ? null : callsNear(place, [...outages.value.values()], now(), reach);
  if (near === null) return null;

  function show() {
    setOpen(true);
    focusSoon('[data-near-one]');
  }

  function onKeyDown(event) {
    const buttons = [...event.currentTarget.querySelectorAll('[data-near-one]')];
    const next = buttons[buttons.indexOf(document.activeElement) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
    if (event.key === 'Escape' && open) {
      setOpen(false);
      focusSoon('[data-form-start]');
    } else if (next !== undefined) next.focus();
    else return;
    event.preventDefault();
  }

  return html`
    <section class="near wide" data-testid="near" onKeyDown=${onKeyDown}>
      <p role="status" aria-live="polite"><strong>${sentence(near)}</strong>
        <button type="button" class="button small" data-near aria-expanded=${open} aria-keyshortcuts=${NEAR_KEY} onClick=${() => (open ? setOpen(false) : show())}>${t(open ? 'near.hide' : 'near.show')} <kbd>${NEAR_KEY}</kbd></button></p>
      ${open && html`<ul>${near.outages.slice(0, SHOWN).map(({ outage, km }) => html`<li key=${outage.id}><${One} outage=${outage} km=${km} /></li>`)}</ul>`}
    </section>`;
}

function sentence({ calls, km, minutes }) {
  const away = distance(Math.max(0.1, Math.ceil(km * 10) / 10));
  return t(calls === 1 ? 'near.one' : 'near.many', { n: calls, away, span: inMinutes(minutes) });
}

function One({ outage, km }) {
  const urgency = urgencyOf(outage, now());
  const [job] = foremost(outage.jobs ?? []);
  return html`<button type="button" class="near-one" data-near-one title=${t('outage.show_on_map')} onClick=${() => (lookAt.value = { lon: outage.lon, lat: outage.lat, zoom: 14, at: performance.now() })}>
    <span class=${`tag t-${urgency}`}>${word('urgency', urgency)}</span> <strong>${outage.number}</strong> <${Class} of=${outage.area_class} /> ${placeOf(outage)}
    <span class="soft num">${[distance(km), agoOf(outage), t('near.calls', { n: outage.call_count }), job && `${crewName(job.crew_id)} ${word('job_state', job.state)}`].filter(Boolean).join(' · ')}</span></button>`;
}

/** "1:04" beside "ago" reads as a time of day. */
const inMinutes = (minutes) => (minutes < 100 ? t('span.min', { min: Math.max(1, minutes) }) : span(minutes * 60));
const agoOf = (outage) => t('near.ago', { span: inMinutes(Math.round((now() - Date.parse(outage.first_call_at)) / 60_000)) });
