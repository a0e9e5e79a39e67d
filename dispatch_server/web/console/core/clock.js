// The server's clock. Countdowns never trust the desk's own clock, which may be minutes wrong.
import { signal } from './html.js';

const FORGET_MS = 120_000; // a good measurement is kept this long before a worse one may replace it

let best = null; // {offset, doubt, at}: server time = performance time + offset, give or take doubt
let isFine = false;

/**
 * Takes one reading: `said` is the server's time in ms, asked at `asked` and heard at `heard` (performance ms).
 * `grain_ms` is how coarsely it was said: a Date header, in whole seconds, counts until a finer reading is had.
 */
export function hear(said, asked, heard, grain_ms = 0) {
  const doubt = (heard - asked) / 2 + grain_ms / 2;
  if (grain_ms > 0 && isFine) return;
  if (grain_ms === 0 && !isFine) best = null;
  isFine = grain_ms === 0;
  if (best !== null && doubt > best.doubt && heard - best.at < FORGET_MS) return;
  best = { offset: said + grain_ms / 2 - (asked + heard) / 2, doubt, at: heard };
}

/** The server's time in ms since 1970, as well as we know it. */
export function now() {
  return best === null ? Date.now() : performance.now() + best.offset;
}

/** Changes once a second; whoever reads it is drawn anew. */
export const second = signal(Math.floor(now() / 1000));

setInterval(() => {
  second.value = Math.floor(now() / 1000);
}, 250);
