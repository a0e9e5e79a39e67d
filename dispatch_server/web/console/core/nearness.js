// How near two outages are to each other in place and in time. Pure.

const KM_PER_DEGREE = 111.195;
const KM_UNKNOWN = 30; // where one has no place: behind what is near, before what is far
const MINUTES_PER_KM = 20; // one cause: a call twenty minutes later says as much as one a kilometre away

export function kmBetween(a, b) {
  if (a.lon == null || b.lon == null) return null;
  const wide = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(wide, a.lat - b.lat) * KM_PER_DEGREE;
}

export const minutesAfter = (a, b) => Math.round((Date.parse(b.first_call_at) - Date.parse(a.first_call_at)) / 60_000);

/** The other outages, nearest in place and time first: [{outage, km, minutes}]. */
export function nearestTo(outage, others) {
  return others
    .filter((other) => other.id !== outage.id)
    .map((other) => ({ outage: other, km: kmBetween(outage, other), minutes: minutesAfter(outage, other) }))
    .sort((a, b) => apart(a) - apart(b) || a.outage.id - b.outage.id);
}

const apart = ({ km, minutes }) => (km ?? KM_UNKNOWN) + Math.abs(minutes) / MINUTES_PER_KM;

/**
 * What open outages near a place say: {calls, km, minutes, outages}, or null. `km` is how far the farthest of them is,
 * `minutes` how long ago the first of their calls came.
 */
export function callsNear(place, outages, now_ms, within_km) {
  const near = outages
    .map((outage) => ({ outage, km: kmBetween(place, outage) }))
    .filter(({ km }) => km !== null && km <= within_km)
    .sort((a, b) => a.km - b.km);
  if (near.length === 0) return null;
  const calls = near.reduce((sum, { outage }) => sum + outage.call_count, 0);
  const first = Math.min(...near.map(({ outage }) => Date.parse(outage.first_call_at)));
  return { calls, km: near.at(-1).km, minutes: Math.max(0, Math.round((now_ms - first) / 60_000)), outages: near };
}
