// Every crew: free ones first, then by what they do; how old its position is.
import { html, useMemo } from '../core/html.js';
import { crews, outages } from '../core/board.js';
import { now, second } from '../core/clock.js';
import { span, t, word } from '../words/index.js';
import { focusSoon, lookAt, openOutage } from './panels.js';
import { VirtualGrid } from './virtual.js';

const ROW_REM = 3.6;
const ORDER = ['free', 'offered', 'accepted', 'en_route', 'on_site', 'off_duty'];

export function Crews() {
  const rows = useMemo(
    () => [...crews.value.values()]
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.code.localeCompare(b.code))
      .map((crew) => ({ crew, id: crew.crew_id })),
    [crews.value],
  );
  return html`
    <div class="list-panel" role="tabpanel" id="list-panel" aria-labelledby="tab-crews">
      ${rows.length === 0 && html`<p class="empty">${t('crews.empty')}</p>`}
      <${VirtualGrid} id="crew" rows=${rows} rowRem=${ROW_REM} label=${t('crews.label')} chosen=${null} onOpen=${show}
        columns=${[t('board.crews'), t('outage.jobs')]} rowClass=${(row) => `crew-row s-${row.crew.state}`} draw=${(row) => html`<${Row} crew=${row.crew} />`} />
    </div>`;
}

function show(crew_id) {
  const crew = crews.value.get(crew_id);
  if (crew?.lon != null) lookAt.value = { lon: crew.lon, lat: crew.lat, zoom: 12, at: performance.now() };
}

function Row({ crew }) {
  return html`
    <div role="gridcell" class="cell-crew"><span class="line">${crew.name}</span>
      <span class="line soft">${[crew.squad, crew.county].filter(Boolean).join(' · ')}</span></div>
    <div role="gridcell" class="cell-crew-state"><span class=${`line crew-state s-${crew.state}-ink`}><i aria-hidden="true"></i>${word('crew_state', crew.state)}</span>
      <span class="line soft">${t('crews.aboard', { n: crew.aboard ?? 0 })}</span></div>
    <div role="gridcell" class="cell-crew-jobs"><span class="line">${(crew.jobs ?? []).map((job) => html`<${JobLink} job=${job} key=${job.job_id} />`)}</span>
      <span class="line soft"><${Age} crew=${crew} /></span></div>`;
}

function JobLink({ job }) {
  const number = outages.value.get(job.outage_id)?.number;
  if (number === undefined) return null;
  return html`<button class="linkish" tabindex="-1" onClick=${(event) => { event.stopPropagation(); openOutage(job.outage_id); focusSoon('[data-panel-start]'); }}>${number}</button> `;
}

export const ageOf = (moment) => Math.max(0, Math.round((now() - Date.parse(moment)) / 1000));

function Age({ crew }) {
  Math.floor(second.value / 5);
  if (!crew.position_at) return t('crews.no_position');
  return t('crews.position', { ago: span(ageOf(crew.position_at)) });
}
