// The feed of one page. All pages of a browser share one stream, in a worker: a browser opens six connections to a host, and
// a desk has more tabs than that. Where workers cannot be shared, the page has a stream of its own.
import { followAlone } from './stream.js';

export { isAfter } from './stream.js';

const ANSWER_WITHIN_MS = 3_000;
const VERSION = 1; // a tab of before an upgrade keeps its own worker

/** Some facts before a cursor (a number; gaps do no harm), so that the feed does not begin empty. */
export function aLittleBefore(cursor, facts = 60) {
  return String(Math.max(0, Number(cursor) - facts));
}

/** Follows the feed from `cursor` until stopped: `onFact`, `onOpen`, `onBroken`, `onLost` as in `followAlone`. */
export function follow(cursor, hears) {
  if (typeof SharedWorker === 'undefined') return followAlone(cursor, hears);
  try {
    return followShared(cursor, hears);
  } catch {
    return followAlone(cursor, hears);
  }
}

function followShared(cursor, hears) {
  let alone = null;
  const worker = new SharedWorker(new URL('./feed_worker.js', import.meta.url), { type: 'module', name: `relight feed ${VERSION}` });
  const { port } = worker;
  const say = (what, more = {}) => port.postMessage({ what, ...more });
  const begin = () => say('begin', { cursor });
  const goAlone = () => {
    leave();
    alone ??= followAlone(cursor, hears);
  };
  const patience = setTimeout(goAlone, ANSWER_WITHIN_MS);
  const heard = {
    here: () => clearTimeout(patience),
    fact({ fact }) {
      cursor = fact.cursor;
      hears.onFact(fact);
    },
    open: hears.onOpen,
    broken: hears.onBroken,
    lost: hears.onLost,
  };
  const onHide = () => say('end');
  const onShow = (event) => event.persisted && begin();

  function leave() {
    clearTimeout(patience);
    say('end');
    port.onmessage = null;
    removeEventListener('pagehide', onHide);
    removeEventListener('pageshow', onShow);
  }

  worker.onerror = goAlone;
  port.onmessage = ({ data }) => heard[data.what](data);
  addEventListener('pagehide', onHide);
  addEventListener('pageshow', onShow);
  begin();
  return {
    stop() {
      leave();
      alone?.stop();
    },
    hurry: () => (alone === null ? say('hurry') : alone.hurry()),
  };
}
