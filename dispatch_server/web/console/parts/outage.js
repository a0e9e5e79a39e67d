// The chosen outage: its clock and how it came about, the jobs, the crews that could go, the calls, the facts in order.
import { html } from '../core/html.js';
import { chosen, outages } from '../core/board.js';
import { mayDispatch, mayLookUp } from '../core/session.js';
import { isLive, isUnplaced, urgencyOf } from '../core/urgency.js';
import { now, second } from '../core/clock.js';
import { clock, clockSeconds, left, said, span, t, word } from '../words/index.js';
import { Class, TimeLeft, crewName, wholePlaceOf } from './board.js';
import { FactLine } from './feed.js';
import { SendList } from './send.js';
import { chase, close, confirmArrival, exemption, merge, relaxation, ruleOut, split, withdraw } from './deeds.js';
import { closeOutage, lookAt, openCallBack, openPlacing } from './panels.js';

export function OutagePanel() {
  const outage = chosen.value;
  if (outage === null) {
    return html`<div class="panel empty-panel"><p>${t('outage.none')}</p><p class="soft">${t('outage.none_keys')}</p></div>`;
  }
  const open = outage.state === 'open';
  return html`
    <article class="panel" aria-labelledby="outage-title" key=${outage.id} data-testid="outage">
      <${Title} outage=${outage} />
      <div class="panel-scroll">
        <${Target} outage=${outage} />
        <${Jobs} outage=${outage} />
        ${mayDispatch.value && open && html`<${SendList} outage=${outage} key=${`send-${outage.id}`} />`}
        <${Calls} outage=${outage} />
        <${Facts} outage=${outage} />
      </div>
    </article>`;
}

function Title({ outage }) {
  Math.floor(second.value / 10);
  const urgency = urgencyOf(outage, now());
  const open = outage.state === 'open';
  return html`
    <header class=${`panel-head u-${open ? urgency : 'arrived'}`}>
      <div class="panel-title">
        <h2 id="outage-title" tabindex="-1" data-panel-start>${outage.number}</h2>
        <span class=${`tag t-${open ? urgency : 'arrived'}`}>${open ? word('urgency', urgency) : word('outage_state', outage.state)}</span>
        <button class="button bare close" onClick=${closeOutage} aria-label=${t('outage.close_panel')} title=${`${t('outage.close_panel')} (Esc)`}>✕</button>
      </div>
      <div class="panel-place"><${Class} of=${outage.area_class} /> ${wholePlaceOf(outage)}</div>
      <div class="panel-actions">
        ${!isUnplaced(outage) && html`<button class="button small" onClick=${() => (lookAt.value = { lon: outage.lon, lat: outage.lat, zoom: 13, at: performance.now() })}>${t('outage.show_on_map')}</button>`}
        ${deedsFor(outage).map(([key, name, deed]) => html`<button key=${name} class="button small" data-key=${key} aria-keyshortcuts=${key} onClick=${() => deed(outage)}>${t(`outage.${name}`)} <kbd>${key.toUpperCase()}</kbd></button>`)}
      </div>
    </header>`;
}

/** What this person may do with the outage as it stands: the key, the word, the deed. */
function deedsFor(outage) {
  const open = outage.state === 'open';
  const decides = mayDispatch.value;
  return [
    [mayLookUp.value && open && outage.call_count > 0, 'h', 'chase', chase],
    [decides && open, 'j', 'merge', merge],
    [decides && open && outage.call_count > 1, 'x', 'split', split],
    [decides && outage.relaxation?.state === 'proposed', 'r', 'relaxation', relaxation],
    [decides && outage.exemption !== 'approved', 'e', outage.exemption === 'proposed' ? 'decide_exemption' : 'exempt', exemption],
    [decides && open && outage.priority === 'danger' && !outage.made_safe_at, 'z', 'rule_out', ruleOut],
    [decides && open, 'q', 'close', close],
  ].filter(([may]) => may).map(([, ...deed]) => deed);
}

function Target({ outage }) {
  const urgency = urgencyOf(outage, now());
  return html`
    <section class="block target">
      <div class="target-left"><${TimeLeft} outage=${outage} urgency=${urgency} /></div>
      <div class="target-how">
        <p>${howTarget(outage)}</p>
        ${notesOf(outage).map((note) => html`<p class=${note.bad ? 'bad-ink' : 'soft'} key=${note.text}>${note.text}</p>`)}
      </div>
    </section>`;
}

function howTarget(outage) {
  const limit = Number.isInteger(outage.limit_min) ? outage.limit_min : Math.round(outage.limit_min * 10) / 10;
  const values = { limit, class: word('class', outage.area_class ?? 'null'), time: clockSeconds(outage.first_call_at) };
  return t(outage.area_class ? 'outage.target_how' : 'outage.target_provisional', values);
}

function notesOf(outage) {
  const notes = [];
  const note = (when, key, values, bad = false) => when && notes.push({ text: t(key, values), bad });
  note(outage.first_arrive_by && outage.first_arrive_by !== outage.arrive_by, 'outage.target_moved', { time: clock(outage.first_arrive_by) });
  note(outage.relaxation?.state === 'proposed', 'outage.target_relaxed', { time: clock(outage.relaxation?.arrive_by) }, true);
  const unplaced = isUnplaced(outage);
  note(unplaced && outage.state === 'open' && !outage.arrived_at, 'outage.no_place_since', { time: clock(outage.opened_at) }, true);
  note(outage.no_crew_at && !unplaced && !outage.arrived_at, 'outage.no_crew_at', { time: clock(outage.no_crew_at) }, true);
  note(outage.at_risk_at && !outage.missed_at && !outage.arrived_at, 'outage.risk_at', { time: clock(outage.at_risk_at) }, true);
  note(outage.missed_at, 'outage.missed_at', { time: clockSeconds(outage.missed_at) }, true);
  if (outage.arrived_at) notes.push({ text: arrivalNote(outage), bad: false });
  note(outage.arrival_restated, 'outage.restated', {});
  note(outage.made_safe_at, 'outage.made_safe', { time: clock(outage.made_safe_at) });
  note(outage.restored_at, 'outage.restored', { time: clock(outage.restored_at) });
  note(outage.merged_into, 'outage.merged_into', { id: outages.value.get(outage.merged_into)?.number ?? outage.merged_into });
  note(outage.exemption, 'outage.exemption', { state: word('approval', outage.exemption), reason: outage.exemption_reason ?? '' });
  note(outage.transformer || outage.feeder, 'outage.on', { transformer: outage.transformer ?? '–', feeder: outage.feeder ?? '–' });
  return notes;
}

function arrivalNote(outage) {
  const spare = Math.round((Date.parse(outage.arrive_by) - Date.parse(outage.arrived_at)) / 1000);
  const how = spare >= 0 ? t('outage.arrived.in_time', { span: span(spare) }) : t('outage.arrived.late', { span: span(-spare) });
  return t('outage.arrived', { time: clockSeconds(outage.arrived_at), how, grade: word('grade', outage.grade) });
}

const STEPS = [
  ['sent', 'offered_at'], ['delivered', 'delivered_at'], ['seen', 'seen_at'], ['accepted', 'accepted_at'],
  ['departed', 'departed_at'], ['arrived', 'arrived_at'], ['restored', 'restored_at'],
];

function Jobs({ outage }) {
  const jobs = [...(outage.jobs ?? [])].sort((a, b) => isLive(b) - isLive(a) || b.id - a.id);
  return html`
    <section class="block"><h3>${t('outage.jobs')}</h3>
      ${jobs.length === 0 ? html`<p class="soft">${t('outage.no_jobs')}</p>` : jobs.map((job) => html`<${Job} job=${job} outage=${outage} key=${job.id} />`)}
    </section>`;
}

function Job({ job, outage }) {
  const crew = crewName(job.crew_id);
  const live = isLive(job);
  const may = mayDispatch.value && live;
  return html`
    <div class=${live ? 'job' : 'job ended'} data-testid="job">
      <div class="job-head"><div class="job-who"><strong>${crew}</strong> <span class=${`job-word j-${job.state}`}>${word('job_state', job.state)}</span>
        <span class="soft num"><${JobClock} job=${job} /></span></div>
        ${may && ['offered', 'accepted', 'en_route'].includes(job.state) && html`<button class="button small" onClick=${() => withdraw(job, crew)}>${t('job.withdraw')}</button>`}
        ${may && job.state === 'on_site' && !job.arrival_official && html`<button class="button small" onClick=${() => confirmArrival(job, crew)}>${t('job.confirm')}</button>`}
      </div>
      <ol class="steps">
        ${STEPS.map(([name, field]) => html`<li key=${name} class=${job[field] ? 'done' : ''}><span class="step-name">${t(`job.step.${name}`)}</span><span class="num">${clock(job[field])}</span></li>`)}
      </ol>
      ${jobNotes(job, outage).map((text) => html`<p class="soft" key=${text}>${text}</p>`)}
    </div>`;
}

function JobClock({ job }) {
  second.value;
  if (job.state === 'offered') return `${t('job.accept_by', { time: clockSeconds(job.accept_by) })} · ${left(Date.parse(job.accept_by), now())}`;
  if (job.state === 'accepted' && job.depart_by) return `${t('job.depart_by', { time: clock(job.depart_by) })} · ${left(Date.parse(job.depart_by), now())}`;
  if (job.expected_at && ['accepted', 'en_route'].includes(job.state)) return t('job.expected', { time: clock(job.expected_at) });
  return '';
}

function jobNotes(job) {
  const notes = [];
  if (job.grade) notes.push(word('grade', job.grade));
  if (job.arrived_at && !job.arrival_official && job.state === 'on_site') notes.push(t('job.unproved'));
  if (job.cause) notes.push(t('outage.restoration', { time: clock(job.etr_at), cause: job.cause }));
  if (job.widened) notes.push(t('job.widened'));
  if (job.override_reason) notes.push(t('job.override', { reason: job.override_reason }));
  if (job.ended_at && job.end_reason) notes.push(t('job.ended', { time: clock(job.ended_at), reason: said(job.end_reason) }));
  return notes;
}

const ASKED = new Set(['satisfied', 'dissatisfied', 'still_out']);

function Calls({ outage }) {
  return html`
    <section class="block"><h3>${t('outage.calls')} <span class="soft">${outage.call_count}</span></h3>
      <ul class="calls-list">${(outage.calls ?? []).map((call) => html`
        <li key=${call.id}><span class="num">${clockSeconds(call.received_at)}</span> <span>${call.number ?? `#${call.id}`}</span>
          <${Class} of=${call.area_class} />
          ${call.channel && html`<span class="soft">${word('channel', call.channel)}</span>`}
          ${call.chases > 0 && html`<span class="bad-ink">${t('outage.chased', { n: call.chases })}</span>`}
          ${call.arrive_by === outage.arrive_by && html`<span class="soft">${t('outage.call_gives_clock')}</span>`}
          ${mayLookUp.value && outage.state === 'open' && html`<button class="button small" data-place onClick=${() => openPlacing({ id: call.id, number: call.number, outage_id: outage.id })}>
            ${t(call.area_class ? 'place.move' : 'place.find')}</button>`}
          ${mayLookUp.value && outage.state === 'restored' && !ASKED.has(call.call_back) && html`<button class="button small" onClick=${() => openCallBack({ ...call, outage_id: outage.id })}>${t('call_back.open')}</button>`}
          ${call.words && html`<p class="quote">${call.words}</p>`}</li>`)}
      </ul>
    </section>`;
}

function Facts({ outage }) {
  return html`
    <section class="block"><h3>${t('outage.facts')}</h3>
      ${outage.facts === undefined ? html`<p class="soft">${t('outage.no_facts')}</p>`
        : html`<ol class="facts">${outage.facts.map((fact) => html`<${FactLine} fact=${fact} key=${fact.cursor} full />`)}</ol>`}
    </section>`;
}
