// Which crew: every crew judged by the server, best first, with its reasons. One key offers.
import { language } from '../core/looks.js';
import { html, useEffect, useState } from '../core/html.js';
import { askAgain } from '../core/board.js';
import { isLive } from '../core/urgency.js';
import { get, post } from '../core/api.js';
import { now, second } from '../core/clock.js';
import { clock, clockSeconds, left, minutes, said, span, t } from '../words/index.js';
import { crewName } from './board.js';
import { askForReason } from './asking.js';
import { giveInstead } from './deeds.js';
import { tell } from './panels.js';

const BEST = 6;

export function SendList({ outage }) {
  const [judged, setJudged] = useState(null);
  const [chance, setChance] = useState(null);
  const [trouble, setTrouble] = useState('');
  const [all, setAll] = useState(false);
  const [why, setWhy] = useState(false);
  // A new job, a moved target or the end of an offer changes who is best.
  const stamp = `${outage.id} ${outage.arrive_by} ${(outage.jobs ?? []).map((job) => job.id + job.state).join()}`;

  async function judge(stillWanted = () => true) {
    try {
      const answer = await get(`/outages/${outage.id}/crews`);
      if (!stillWanted()) return;
      setJudged(answer.crews);
      setChance(answer.last_chance);
      setTrouble(answer.why_not ?? '');
    } catch (problem) {
      if (stillWanted()) setTrouble(problem.status === 0 ? t('trouble.lost') : problem.message);
    }
  }

  useEffect(() => {
    let wanted = true;
    judge(() => wanted);
    const again = setInterval(() => judge(() => wanted), 30_000);
    return () => {
      wanted = false;
      clearInterval(again);
    };
  }, [stamp, language.value]);

  const shown = judged === null ? [] : all ? judged : judged.slice(0, BEST);
  return html`
    <section class="block send" aria-labelledby="send-title">
      <h3 id="send-title">${t('send.title')}
        <span class="h3-end"><button class="button small bare" aria-pressed=${why} onClick=${() => setWhy(!why)}>${t(why ? 'send.why_not' : 'send.why')}</button>
        <button class="button small bare" onClick=${() => judge()}>${t('send.again')}</button></span></h3>
      ${trouble && html`<p class="soft" role="status">${said(trouble)}</p>`}
      ${judged === null && !trouble && html`<p class="soft">${t('send.loading')}</p>`}
      ${judged !== null && judged.length === 0 && !trouble && html`<p class="soft">${t('send.none')}</p>`}
      ${judged !== null && judged.length > 0 && !outage.arrived_at && html`<${LastChance} chance=${chance} />`}
      <ol class="send-list" onKeyDown=${moveAmongButtons}>
        ${shown.map((crew, n) => html`<${Candidate} key=${crew.crew_id} crew=${crew} outage=${outage} first=${n === 0} why=${why || n === 0} />`)}
      </ol>
      ${judged !== null && judged.length > BEST && html`<button class="button small bare" onClick=${() => setAll(!all)}>
        ${all ? t('send.show_fit') : t('send.show_all', { n: judged.length })}</button>`}
    </section>`;
}

function Candidate({ crew, outage, first, why }) {
  const reasons = (crew.reasons ?? []).map((reason) => (typeof reason === 'string' ? { ok: true, sentence: reason } : reason));
  // How far and how late is said by the line itself.
  const against = reasons.filter((reason) => !reason.ok && !/ min away |^车程 /.test(reason.sentence));
  const forIt = reasons.filter((reason) => reason.ok);
  return html`
    <li class=${crew.fit ? 'candidate' : 'candidate unfit'} data-testid="candidate">
      <div class="candidate-line">
        <strong>${crew.name}</strong>
        <span class=${crew.fit ? 'fit yes' : 'fit no'}>${crew.fit ? '✓' : '✕'} ${t(crew.fit ? 'send.fit' : 'send.unfit')}</span>
        <span class="num away">${t('send.away', { min: minutes(crew.minutes_away) })}</span>
        <span class="num soft">${t('send.arrives', { time: clock(crew.arrives_at) })}</span>
        <${OfferButton} crew=${crew} outage=${outage} first=${first} />
      </div>
      <p class="reasons"><${LeaveBy} crew=${crew} />
        ${against.map((reason) => html`<span class="against" key=${reason.sentence}>− ${said(reason.sentence)}</span>`)}
        ${why && forIt.map((reason) => html`<span class="for" key=${reason.sentence}>+ ${said(reason.sentence)}</span>`)}</p>
    </li>`;
}

/** While another crew has the offer, the button gives it on: taken back and offered in one step, before anybody else is asked. */
function OfferButton({ crew, outage, first }) {
  const running = (outage.jobs ?? []).find((job) => job.state === 'offered');
  if (running === undefined) {
    return html`<button class=${first ? 'button small main' : 'button small'} data-offer onClick=${() => offer(outage, crew)} aria-label=${t('send.offer_to', { number: outage.number, crew: crew.name })}>${t('send.offer')}</button>`;
  }
  if ((outage.jobs ?? []).some((job) => job.crew_id === crew.crew_id && isLive(job))) return html`<span class="soft has-it">${t('send.has_it')}</span>`;
  return html`<button class="button small" data-offer onClick=${() => giveInstead(outage, crew, running, crewName(running.crew_id))}
    aria-label=${t('send.instead_to', { number: outage.number, crew: crew.name })}>${t('send.instead')}</button>`;
}

/** For the outage as a whole: after this moment nobody is in time, whoever is sent. */
function LastChance({ chance }) {
  second.value;
  const until = chance === null ? 0 : Date.parse(chance.leave_by);
  if (until < now()) return html`<p class="soft last-chance">${t('send.no_chance')}</p>`;
  return html`<p class="soft last-chance">${t('send.last_chance', { crew: chance.name, time: clockSeconds(until) })} ${left(until, now())}</p>`;
}

function LeaveBy({ crew }) {
  second.value;
  const until = Date.parse(crew.leave_by);
  if (until < now()) {
    const late = Math.round((now() - until) / 1000); // it would leave now
    return html`<span class="leave-by gone">${t('send.too_late', { span: span(late) })}</span>`;
  }
  return html`<span class="leave-by">${t('send.leave_by', { time: clockSeconds(until) })} · ${left(until, now())}</span>`;
}

/** Offers; where a rule refuses and a reason would do, asks for the reason and offers again. */
async function offer(outage, crew) {
  try {
    await post('/jobs', { outage_id: outage.id, crew_id: crew.crew_id });
    tell(t('send.offered', { crew: crew.name }));
  } catch (problem) {
    if (problem.status === 409 && /reason|写明理由/i.test(problem.message)) return offerWithReason(outage, crew, problem);
    tell(problem.status === 0 ? t('trouble.lost') : t('trouble', { detail: said(problem.message) }), true);
  } finally {
    askAgain(outage.id);
  }
}

async function offerWithReason(outage, crew, problem) {
  const reason = await askForReason(t('ask.override', { crew: crew.name }), said(problem.message));
  if (reason === null) return;
  try {
    await post('/jobs', { outage_id: outage.id, crew_id: crew.crew_id, reason });
    tell(t('send.offered', { crew: crew.name }));
  } catch (again) {
    tell(again.status === 0 ? t('trouble.lost') : t('trouble', { detail: said(again.message) }), true);
  } finally {
    askAgain(outage.id);
  }
}

/** Up and down go from crew to crew; Enter on the button offers. */
function moveAmongButtons(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll('[data-offer]')];
  const next = buttons[buttons.indexOf(document.activeElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
