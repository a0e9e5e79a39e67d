// What needs a decision first, and the word and colour it is shown with. Pure: the time is handed in.

const WATCHED = new Set(['offered', 'accepted', 'en_route', 'on_site', 'restored']);

export const isLive = (job) => WATCHED.has(job.state);
export const minutesLeft = (outage, now_ms) => (Date.parse(outage.arrive_by) - now_ms) / 60_000;

/** Nobody can be sent to an outage that is not on the map. */
export const isUnplaced = (outage) => outage.lon === null || outage.lon === undefined;

/** danger: not made safe yet · missed · at_risk · no_place: nobody can go · no_crew: all asked · waiting: nobody asked · offered · under_way · arrived. */
export function urgencyOf(outage, now_ms) {
  if (outage.priority === 'danger' && !outage.made_safe_at) return 'danger';
  if (outage.arrived_at) return 'arrived';
  if (outage.missed_at || now_ms > Date.parse(outage.arrive_by)) return 'missed';
  if (outage.at_risk_at) return 'at_risk';
  if (isTaken(outage)) return 'under_way';
  if ((outage.jobs ?? []).some(isLive)) return 'offered';
  if (isUnplaced(outage)) return 'no_place';
  return outage.no_crew_at ? 'no_crew' : 'waiting';
}

/**
 * Danger that nobody has taken on, danger, missed, at risk, no place, no crew, then the least time left.
 * Where somebody has arrived nothing is to decide, danger or not: last.
 */
export function decisionOrder(outages, now_ms) {
  return outages
    .map((outage) => {
      const urgency = urgencyOf(outage, now_ms);
      return { outage, urgency, stage: stageOf(outage, urgency), by: Date.parse(outage.arrive_by) };
    })
    .sort((a, b) => a.stage - b.stage || a.by - b.by || a.outage.id - b.outage.id);
}

const FIRST = { missed: 2, at_risk: 3, no_place: 4, no_crew: 5 };

function stageOf(outage, urgency) {
  if (outage.arrived_at) return 7;
  if (urgency === 'danger') return isTaken(outage) ? 1 : 0;
  return FIRST[urgency] ?? 6;
}

const isTaken = (outage) => (outage.jobs ?? []).some((job) => isLive(job) && job.state !== 'offered');
