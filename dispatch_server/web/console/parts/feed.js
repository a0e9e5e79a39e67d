// The last facts as sentences, newest first.
import { html } from '../core/html.js';
import { crewOf, facts, numberOf, outageNamedBy, outages } from '../core/board.js';
import { author, clock, clockSeconds, sentenceOf, t } from '../words/index.js';
import { crewName } from './board.js';
import { openOutage } from './panels.js';

const SHOWN = 80;
const LOUD = new Set(['ArrivalMissed', 'ArrivalAtRisk', 'NoCrewLeft', 'CrewTurnedRound', 'NotIssued', 'WorkStopped', 'Escalated', 'CrewLeft', 'CrewSilent', 'CrewOffDuty', 'ArrivalUnproved']);
const QUIET = new Set(['CallPlaced', 'CallFiled', 'OfferDelivered', 'OfferSeen', 'DutyStarted', 'DutyEnded', 'NoteMade', 'SafetyStepTaken']);
const GOOD = new Set(['ArrivalRecorded', 'OutageRestored', 'JobRestored', 'MadeSafe', 'ArrivalConfirmed']);

export function Feed() {
  return html`
    <section class="feed" aria-labelledby="feed-title">
      <h2 id="feed-title">${t('feed.title')}</h2>
      <ol class="facts" tabindex="0" aria-label=${t('feed.title')} data-testid="feed">
        ${facts.value.length === 0 && html`<li class="soft empty">${t('feed.empty')}</li>`}
        ${facts.value.slice(0, SHOWN).map((fact) => html`<${FactLine} fact=${fact} key=${fact.cursor} />`)}
      </ol>
    </section>`;
}

/** One fact. `full` shows who said it and its three times; in the feed they are in the tooltip. */
export function FactLine({ fact, full }) {
  const id = outageNamedBy(fact);
  const tone = LOUD.has(fact.kind) ? 'loud' : GOOD.has(fact.kind) ? 'good' : QUIET.has(fact.kind) ? 'quiet' : '';
  const sentence = sentenceOf(fact, looker(fact, id));
  if (full) {
    return html`<li class=${`fact ${tone}`}><time class="num">${clockSeconds(fact.happened_at)}</time>
      <div><p>${sentence}</p><p class="soft fact-by">${t('feed.said_by', { author: author(fact.said_by) })} · ${timesOf(fact)}</p></div></li>`;
  }
  return html`<li class=${`fact ${tone}`} title=${`${t('feed.said_by', { author: author(fact.said_by) })} · ${timesOf(fact)}`}>
    <time class="num">${clock(fact.happened_at)}</time>
    ${id !== null && outages.value.has(id)
      ? html`<button class="fact-open" onClick=${() => openOutage(id)}>${sentence}</button>`
      : html`<span>${sentence}</span>`}</li>`;
}

function timesOf(fact) {
  const times = { happened: clockSeconds(fact.happened_at), measured: clockSeconds(fact.measured_at), recorded: clockSeconds(fact.recorded_at) };
  return t(fact.measured_at ? 'feed.times' : 'feed.times_desk', times);
}

/** What a sentence may look up: the number of an outage or a call, the name of a crew. */
function looker(fact, id) {
  const subjectId = Number(fact.subject.split(':')[1]);
  const ofJob = fact.subject.startsWith('job:') ? crewOf(subjectId) : null;
  return {
    outage: (wanted = id) => (wanted === null ? '–' : (numberOf(`outage:${wanted}`) ?? `#${wanted}`)),
    crew: (wanted = ofJob ?? fact.body.crew_id) => (wanted == null ? '–' : crewName(wanted)),
    call: () => numberOf(fact.subject) ?? `${t('feed.all_calls')} #${subjectId}`,
  };
}
