// The journal as it grows, over one connection. After a break it goes on from the last cursor, so that nothing is missed
// and nothing comes twice. Runs in a page and in the worker that pages share.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const FAILURES_BEFORE_AFRESH = 6;

export function isAfter(cursor, other) {
  return Number(cursor) > Number(other);
}

/** Follows the feed from `cursor` until stopped. `onBroken` is called at each failure, `onLost` after many in a row. */
export function followAlone(cursor, { onFact, onOpen, onBroken, onLost }) {
  let source = null;
  let timer = null;
  let failures = 0;
  let stopped = false;

  function open() {
    source = new EventSource(`/api/v1/feed?cursor=${encodeURIComponent(cursor)}`);
    source.onopen = () => {
      failures = 0;
      onOpen();
    };
    source.onmessage = (message) => {
      cursor = message.lastEventId || cursor;
      onFact(JSON.parse(message.data));
    };
    source.onerror = again;
  }

  function again() {
    source.close();
    failures += 1;
    onBroken();
    if (failures >= FAILURES_BEFORE_AFRESH) onLost();
    if (stopped) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2));
  }

  open();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      source.close();
    },
    /** The server answers again: no need to wait out the pause. */
    hurry() {
      if (stopped || source.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      open();
    },
  };
}
