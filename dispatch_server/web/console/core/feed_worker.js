// The one stream of a browser. Each page says from which cursor it wants to hear; each hears every fact after it once.
import { followAlone, isAfter } from './stream.js';

const FACTS_KEPT = 2_000; // a page that comes later is told these; one that wants older ones makes the stream begin again

const desks = new Map(); // port -> the last cursor it has heard
let stream = null;
let from = null; // every fact after this cursor is kept here
let kept = [];
let isOpen = false;

const deeds = {
  begin(port, { cursor }) {
    desks.set(port, cursor);
    port.postMessage({ what: 'here' });
    if (stream === null || isAfter(from, cursor)) return beginAt(cursor);
    kept.forEach((fact) => tell(port, fact));
    if (isOpen) port.postMessage({ what: 'open' });
  },
  end(port) {
    desks.delete(port);
    if (desks.size === 0) close();
  },
  hurry: () => stream?.hurry(),
};

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => deeds[data.what](port, data);
};

function beginAt(cursor) {
  close();
  from = cursor;
  stream = followAlone(cursor, {
    onFact: take,
    onOpen() {
      isOpen = true;
      tellAll('open');
    },
    onBroken() {
      isOpen = false;
      tellAll('broken');
    },
    onLost() {
      close(); // the pages load the board anew and say where to go on
      tellAll('lost');
    },
  });
}

function close() {
  stream?.stop();
  stream = null;
  kept = [];
  isOpen = false;
}

function take(fact) {
  kept.push(fact);
  if (kept.length > FACTS_KEPT) from = kept.shift().cursor;
  desks.forEach((_, port) => tell(port, fact));
}

function tell(port, fact) {
  if (!isAfter(fact.cursor, desks.get(port))) return;
  desks.set(port, fact.cursor);
  port.postMessage({ what: 'fact', fact });
}

const tellAll = (what) => desks.forEach((_, port) => port.postMessage({ what }));
