// The customers to be asked after a repair, longest waiting first, as `GET /calls?state=call_back` tells.
import { get } from './api.js';
import { facts } from './board.js';
import { effect, signal, untracked } from './html.js';
import { mayLookUp } from './session.js';

const EVERY_MS = 60_000;
const GATHER_MS = 300;
const CHANGES_IT = new Set(['OutageRestored', 'CallBackMade', 'OutageClosed', 'CallClosed', 'CallFiled']);

/** [{call, place}] */
export const callBacks = signal([]);

let due = null;
let shownTo = null;

async function fetchCallBacks() {
  due = null;
  if (!mayLookUp.value) return;
  try {
    callBacks.value = (await get('/calls?state=call_back')).calls;
  } catch {
    // The last list stands; the banner says when the server is lost.
  }
}

export function askCallBacksSoon() {
  due ??= setTimeout(fetchCallBacks, GATHER_MS);
}

effect(() => {
  const may = mayLookUp.value;
  untracked(() => {
    callBacks.value = [];
    if (may) askCallBacksSoon();
  });
});

effect(() => {
  const newest = facts.value;
  untracked(() => {
    const news = newest.slice(0, newest.findIndex((fact) => fact.cursor === shownTo));
    shownTo = newest[0]?.cursor ?? null;
    if (news.some((fact) => CHANGES_IT.has(fact.kind))) askCallBacksSoon();
  });
});

setInterval(fetchCallBacks, EVERY_MS);
