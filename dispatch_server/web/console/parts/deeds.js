// What a desk decides about an outage, its jobs and its calls: asks for what is needed, sends it, says how it went.
import { html } from '../core/html.js';
import { askAgain, outages } from '../core/board.js';
import { get, post } from '../core/api.js';
import { nearestTo } from '../core/nearness.js';
import { clock, clockSeconds, said, t, word } from '../words/index.js';
import { Class, placeOf } from './board.js';
import { askFor, askForReason } from './asking.js';
import { openOutage, tell } from './panels.js';

/** Sends, says how it went, asks for the outage again. */
export async function act(path, body, done, outage_id) {
  try {
    const answer = await post(path, body);
    tell(done);
    return answer;
  } catch (problem) {
    tell(problem.status === 0 ? t('trouble.lost') : t('trouble', { detail: said(problem.message) }), true);
    return null;
  } finally {
    if (outage_id !== null) askAgain(outage_id);
  }
}

export async function withdraw(job, crew) {
  const reason = await askForReason(t('ask.withdraw', { crew }));
  if (reason !== null) await act(`/jobs/${job.id}/withdraw`, { reason }, t('done.withdrawn'), job.outage_id);
}

export async function confirmArrival(job, crew) {
  const reason = await askForReason(t('ask.confirm', { crew }), t('ask.confirm_hint'));
  if (reason !== null) await act(`/jobs/${job.id}/confirm-arrival`, { reason }, t('done.confirmed'), job.outage_id);
}

export async function close(outage) {
  const reason = await askForReason(t('ask.close', { number: outage.number }), outage.arrived_at ? '' : t('ask.close_hint'));
  if (reason !== null) await act(`/outages/${outage.id}/close`, { reason }, t('done.closed', { number: outage.number }), outage.id);
}

export async function merge(outage) {
  const choices = nearestTo(outage, [...outages.value.values()]).map(asChoice);
  if (choices.length === 0) return tell(t('ask.merge_none'), true);
  const field = { name: 'into', label: t('ask.merge_into'), kind: 'pick', choices, needed: t('ask.merge_needed') };
  const given = await askFor({ title: t('ask.merge', { number: outage.number }), hint: t('ask.merge_hint'), fields: [field] });
  if (given !== null) await mergeInto(outage.id, Number(given.into));
}

function asChoice({ outage, km, minutes }) {
  const away = km === null ? t('pick.no_distance') : distance(km);
  const when = minutes === 0 ? t('pick.same_time') : t(minutes < 0 ? 'pick.earlier' : 'pick.later', { min: Math.abs(minutes) });
  const place = placeOf(outage);
  const show = html`<span class="num pick-away">${away}</span> <strong>${outage.number}</strong> <${Class} of=${outage.area_class} /> <span>${place}</span>
    <span class="soft num pick-when">${when} · ${t('near.calls', { n: outage.call_count })}</span>`;
  return { value: String(outage.id), find: `${outage.number} ${outage.district ?? ''} ${place}`, show };
}

export const distance = (km) => (km < 0.995 ? t('near.m', { m: Math.round(km * 100) * 10 }) : t('near.km', { km: km.toFixed(1) }));

export async function mergeInto(outage_id, into) {
  const number = outages.value.get(into)?.number ?? into;
  const answer = await act(`/outages/${outage_id}/merge`, { into }, t('done.merged', { number }), outage_id);
  if (answer === null) return false;
  askAgain(into);
  openOutage(into);
  return true;
}

const callText = (call) => [clockSeconds(call.received_at), call.number, word('channel', call.channel), call.place?.names?.village].filter(Boolean).join(' · ');
const callChoices = (outage) => (outage.calls ?? []).filter((call) => call.state !== 'closed').map((call) => ({ value: call.id, text: callText(call) }));

/** A board's row knows little of its calls. */
const inFull = (outage) => (outage.facts === undefined ? get(`/outages/${outage.id}`).catch(() => outage) : outage);

export async function split(row) {
  const outage = await inFull(row);
  const field = { name: 'call_ids', label: t('ask.split_calls'), kind: 'checks', choices: callChoices(outage), needed: t('ask.split_needed') };
  const given = await askFor({ title: t('ask.split', { number: outage.number }), hint: t('ask.split_hint'), fields: [field] });
  if (given === null) return;
  const made = await act(`/outages/${outage.id}/split`, given, t('done.split', { n: given.call_ids.length }), outage.id);
  if (made !== null) openOutage(made.id);
}

/** One person proposes, another decides: the server says no to whoever would do both. */
export function exemption(outage) {
  return outage.exemption === 'proposed' ? decideExemption(outage) : proposeExemption(outage);
}

async function proposeExemption(outage) {
  const fields = [{ name: 'reason', label: t('ask.reason') }, { name: 'evidence', label: t('ask.evidence'), optional: true }];
  const given = await askFor({ title: t('ask.exemption', { number: outage.number }), hint: t('ask.exemption_hint'), fields });
  if (given !== null) await act(`/outages/${outage.id}/exemption`, given, t('done.exemption_proposed'), outage.id);
}

async function decideExemption(outage) {
  const title = t('ask.exemption_decide', { number: outage.number });
  const approved = await decided(title, t('ask.exemption_said', { reason: outage.exemption_reason ?? '' }));
  if (approved !== null) await act(`/outages/${outage.id}/exemption`, { approved }, t(approved ? 'done.approved' : 'done.rejected'), outage.id);
}

export async function relaxation(outage) {
  const hint = t('ask.relaxation_hint', { now: clock(outage.arrive_by), later: clock(outage.relaxation.arrive_by) });
  const approved = await decided(t('ask.relaxation', { number: outage.number }), hint);
  if (approved !== null) await act(`/outages/${outage.id}/relaxation`, { approved }, t(approved ? 'done.approved' : 'done.rejected'), outage.id);
}

async function decided(title, hint) {
  const choices = ['yes', 'no'].map((value) => ({ value, text: t(value === 'yes' ? 'ask.approve' : 'ask.reject') }));
  const field = { name: 'decision', label: t('ask.decision'), kind: 'choice', choices, needed: t('ask.decision_needed') };
  const given = await askFor({ title, hint, fields: [field] });
  return given === null ? null : given.decision === 'yes';
}

/** The customer asks again. With several calls, which of them. */
export async function chase(row) {
  const outage = await inFull(row);
  const choices = callChoices(outage);
  if (choices.length === 1) return chaseCall(outage, choices[0].value);
  const field = { name: 'call_id', label: t('ask.chase_call'), kind: 'choice', choices, needed: t('ask.chase_needed') };
  const given = await askFor({ title: t('ask.chase', { number: outage.number }), fields: [field] });
  if (given !== null) await chaseCall(outage, given.call_id);
}

export async function chaseCall(outage, call_id) {
  await act(`/calls/${call_id}/chase`, {}, t('done.chased'), outage.id);
}

/** A false report of danger. With several reports, which of them. */
export async function ruleOut(row) {
  const outage = await inFull(row);
  const reports = (outage.calls ?? []).filter((call) => call.hazard && call.hazard !== 'none');
  const choices = reports.map((call) => ({ value: call.id, text: `${word('hazard', call.hazard)} · ${callText(call)}` }));
  const which = { name: 'call_id', label: t('ask.rule_out_call'), kind: 'choice', choices, needed: t('ask.chase_needed') };
  const fields = [...(choices.length > 1 ? [which] : []), { name: 'reason', label: t('ask.reason') }];
  const given = await askFor({ title: t('ask.rule_out', { number: outage.number }), hint: t('ask.rule_out_hint'), fields });
  if (given !== null) await act(`/outages/${outage.id}/hazard`, { call_id: choices[0]?.value, ...given }, t('done.ruled_out'), outage.id);
}

/** Another crew than the one that has the offer: the offer is taken back and given on in one step. */
export async function giveInstead(outage, crew, running, runningName) {
  const against = (crew.reasons ?? []).filter((reason) => !crew.fit && !reason.ok).map((reason) => said(reason.sentence));
  const hint = [t('ask.instead_hint', { crew: runningName }), ...against].join(' · ');
  const reason = await askForReason(t('ask.instead', { crew: crew.name, other: runningName }), hint);
  if (reason === null) return;
  const body = { outage_id: outage.id, crew_id: crew.crew_id, instead_of: running.id, reason };
  await act('/jobs', body, t('send.offered', { crew: crew.name }), outage.id);
}
