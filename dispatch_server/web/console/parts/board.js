// The list of open outages, what needs a decision first.
import { html, useMemo } from '../core/html.js';
import { chosenId, crews, inOrder, loaded } from '../core/board.js';
import { isLive } from '../core/urgency.js';
import { now, second } from '../core/clock.js';
import { clock, left, t, word } from '../words/index.js';
import { findText, focusSoon, openOutage } from './panels.js';
import { VirtualGrid } from './virtual.js';

const ROW_REM = 3.6;

export function Board() {
  const rows = inOrder.value;
  const text = findText.value.trim().toLowerCase();
  const found = useMemo(() => rows.filter((row) => fits(row.outage, text)).map((row) => ({ ...row, id: row.outage.id })), [rows, text]);
  return html`
    <div class="list-panel" role="tabpanel" id="list-panel" aria-labelledby="tab-outages">
      <div class="finder"><input type="search" data-find value=${findText.value} placeholder=${t('board.filter')} aria-label=${t('board.filter')}
        onInput=${(event) => (findText.value = event.currentTarget.value)} onKeyDown=${(event) => toResults(event, found)} /><kbd>/</kbd></div>
      ${found.length === 0 && html`<p class="empty">${emptyWord(rows, text)}</p>`}
      <${VirtualGrid} id="outage" rows=${found} rowRem=${ROW_REM} label=${t('board.label')} chosen=${chosenId.value} onOpen=${openOutage}
        columns=${['number', 'place', 'target', 'jobs', 'calls'].map((name) => t(`board.col.${name}`))}
        rowClass=${(row) => `outage-row u-${row.urgency}`} draw=${(row) => html`<${Row} row=${row} />`} />
    </div>`;
}

/** Down goes to the results; Enter too, and opens the one that is left. */
function toResults(event, found) {
  if (event.isComposing || !['ArrowDown', 'Enter'].includes(event.key) || found.length === 0) return;
  event.preventDefault();
  if (event.key === 'Enter' && found.length === 1) openOutage(found[0].id);
  else focusSoon('[data-list]');
}

function emptyWord(rows, text) {
  if (!loaded.value) return t('board.loading');
  return rows.length === 0 ? t('board.empty') : t('board.none_found', { text });
}

export const fits = (outage, text) => [outage.number, ...namesOf(outage)].some((name) => name.toLowerCase().includes(text));

/** From wide to narrow, as far as its place is known. */
const namesOf = (outage) => [outage.district, outage.township, outage.village].filter(Boolean);

/** The closest names; the county only where nothing closer is known. */
export function placeOf(outage) {
  return namesOf(outage).slice(-2).reverse().join(' · ') || t('board.unplaced');
}

export const wholePlaceOf = (outage) => namesOf(outage).join(' ') || t('board.unplaced');

function Row({ row }) {
  const { outage, urgency } = row;
  return html`
    <div role="gridcell" class="cell-number"><span class=${`tag t-${urgency}`}>${word('urgency', urgency)}</span><span class="number">${outage.number}</span></div>
    <div role="gridcell" class="cell-place" title=${wholePlaceOf(outage)}><span class="line"><${Class} of=${outage.area_class} /> ${namesOf(outage).at(-1) ?? t('board.unplaced')}</span>
      <span class="line soft">${kindLine(outage)}</span></div>
    <div role="gridcell" class="cell-target"><${TimeLeft} outage=${outage} urgency=${urgency} /></div>
    <div role="gridcell" class="cell-jobs"><${JobsLine} outage=${outage} /></div>
    <div role="gridcell" class="cell-calls" title=${t('board.col.calls')}><span class="calls">${outage.call_count}</span></div>`;
}

export const Class = ({ of }) => html`<span class=${`class c-${of ?? 'null'}`} title=${word('class', of ?? 'null')}>${word('class', of ?? 'null')}</span>`;

function kindLine(outage) {
  const parts = [];
  if (outage.hazard && outage.hazard !== 'none') parts.push(word('hazard', outage.hazard));
  if (outage.priority === 'urgent') parts.push(word('priority', 'urgent'));
  if (outage.village && outage.township) parts.push(outage.township); // the village stands above
  parts.push(outage.fault_kind ? word('kind', outage.fault_kind) : t('call.kind_unknown'));
  return parts.join(' · ');
}

export function TimeLeft({ outage, urgency }) {
  const by = Date.parse(outage.arrive_by);
  if (outage.arrived_at) {
    const late = Date.parse(outage.arrived_at) > by;
    return html`<span class=${`left ${late ? 'late' : 'there'}`}>${late ? left(by, Date.parse(outage.arrived_at)) : '✓'}</span>
      <span class="line soft">${t('board.arrived_at', { time: clock(outage.arrived_at) })}</span>`;
  }
  second.value;
  const late = now() > by;
  return html`<span class=${`left ${late ? 'late' : ''} t-${urgency}-ink`}>${left(by, now())}</span>
    <span class="line soft">${t('board.by', { time: clock(by) })}</span>`;
}

/** The job that matters most: on site before en route before accepted before offered. */
const STEPS = ['restored', 'on_site', 'en_route', 'accepted', 'offered'];

export function foremost(jobs) {
  return [...jobs].filter(isLive).sort((a, b) => STEPS.indexOf(a.state) - STEPS.indexOf(b.state));
}

function JobsLine({ outage }) {
  const [first, ...others] = foremost(outage.jobs ?? []);
  if (first === undefined) return html`<span class="soft">${t('board.nobody')}</span>`;
  return html`
    <span class="line">${crewName(first.crew_id)}${others.length > 0 && html` <span class="soft">${t('board.more_jobs', { n: others.length })}</span>`}</span>
    <span class=${`line job-word j-${first.state}`}>${word('job_state', first.state)}${first.state === 'offered' && html` <${AcceptLeft} job=${first} />`}</span>`;
}

function AcceptLeft({ job }) {
  second.value;
  return html`<span class="num">${left(Date.parse(job.accept_by), now())}</span>`;
}

export const crewName = (crew_id) => crews.value.get(crew_id)?.name ?? `#${crew_id}`;
