// What needs a decision first, and the word and colour it is shown with. Pure: the time is handed in.

const WATCHED = new Set(['offered', 'accepted', 'en_route', 'on_site', 'restored']);
const ORDER = ['danger', 'missed', 'at_risk', 'no_crew', 'waiting', 'offered', 'under_way', 'arrived'];

export const isLive = (job) => WATCHED.has(job.state);
export const minutesLeft = (outage, now_ms) => (Date.parse(outage.arrive_by) - now_ms) / 60_000;

/** danger: not made safe yet · missed · at_risk · no_crew: all asked · waiting: nobody asked · offered · under_way · arrived. */
export function urgencyOf(outage, now_ms) {
  if (outage.priority === 'danger' && !outage.made_safe_at) return 'danger';
  if (outage.arrived_at) return 'arrived';
  if (outage.missed_at || now_ms > Date.parse(outage.arrive_by)) return 'missed';
  if (outage.at_risk_at) return 'at_risk';
  const jobs = (outage.jobs ?? []).filter(isLive);
  if (jobs.some((job) => job.state !== 'offered')) return 'under_way';
  if (jobs.length > 0) return 'offered';
  return outage.no_crew_at ? 'no_crew' : 'waiting';
}

/** Danger, missed, at risk, no crew, then the least time left; where somebody has arrived, last. */
export function decisionOrder(outages, now_ms) {
  return outages
    .map((outage) => ({ outage, urgency: urgencyOf(outage, now_ms), by: Date.parse(outage.arrive_by) }))
    .sort((a, b) => stage(a.urgency) - stage(b.urgency) || a.by - b.by || a.outage.id - b.outage.id);
}

function stage(urgency) {
  const at = ORDER.indexOf(urgency);
  return at <= 3 ? at : urgency === 'arrived' ? 5 : 4;
}
