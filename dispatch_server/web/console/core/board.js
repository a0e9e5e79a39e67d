// The one store: a snapshot of what is open, and the facts that came since. A fact says what changed; the outage it names
// is then asked for again, so that the page shows what the server holds and folds nothing by itself.
import { get, sessionEnded } from './api.js';
import { batch, computed, effect, signal } from './html.js';
import { aLittleBefore, follow, isAfter } from './feed.js';
import { decisionOrder } from './urgency.js';
import { now, second } from './clock.js';

const PAGE = 500;
const GATHER_MS = 150; // facts that come together are answered together
const ASK_ONE_BY_ONE = 25; // more changed outages than this, and the whole board is one question
const AT_ONCE = 4;
const CREWS_EVERY_MS = 10_000; // positions are not facts; they are asked for
const CREWS_AT_MOST_EVERY_MS = 1_500;
const PING_EVERY_MS = 1_500;
const PING_PATIENCE_MS = 1_500;
const FACTS_KEPT = 300;

/** Maps by id. They are replaced, never changed, so that a reader sees one state. */
export const outages = signal(new Map());
export const crews = signal(new Map());
export const areas = signal(null);
/** Newest first. */
export const facts = signal([]);
export const loaded = signal(false);
/** {live, since}: `since` is when the server was last heard, once it is lost. */
export const link = signal({ live: false, since: null });
export const loadTrouble = signal(null);

export const chosenId = signal(null);
/** The chosen outage with its facts, as `GET /outages/{id}` tells it. */
export const chosen = signal(null);

/** Every ten seconds is soon enough for an outage to become late by itself. */
const tenSeconds = computed(() => Math.floor(second.value / 10));

/** Open outages, what needs a decision first. */
export const inOrder = computed(() => {
  tenSeconds.value;
  return decisionOrder([...outages.value.values()], now());
});

let open = null; // what runs while somebody is signed in: {feed, timers}
let outageOfJob = new Map();
let outageOfCall = new Map();
let crewOfJob = new Map();
let numbers = new Map(); // what a subject is called, learned from boards and facts, also when it is closed by now
const changed = new Set();
let gathering = null;
let crewsAsked = -Infinity;
let crewsDue = null;

export function openBoard() {
  if (open !== null) return;
  open = { feed: null, timers: [setInterval(ping, PING_EVERY_MS), setInterval(askCrews, CREWS_EVERY_MS)] };
  askAreas();
  beginAfresh();
}

export function forgetBoard() {
  if (open === null) return;
  open.feed?.stop();
  open.timers.forEach(clearInterval);
  clearTimeout(gathering);
  clearTimeout(crewsDue);
  gathering = crewsDue = null;
  open = null;
  changed.clear();
  outageOfJob = new Map();
  outageOfCall = new Map();
  crewOfJob = new Map();
  numbers = new Map();
  batch(() => {
    outages.value = new Map();
    crews.value = new Map();
    facts.value = [];
    loaded.value = false;
    link.value = { live: false, since: null };
    chosenId.value = chosen.value = null;
  });
}

export function choose(id) {
  if (chosenId.value === id) return;
  batch(() => {
    chosenId.value = id;
    chosen.value = id === null ? null : (outages.value.get(id) ?? null);
  });
  if (id !== null) askAgain(id);
}

/** The page asks for this outage again soon; many asks become one. */
export function askAgain(id) {
  changed.add(id);
  if (gathering === null) gathering = setTimeout(askChanged, GATHER_MS);
}

/** `keepFacts` false: the journal no longer knows our cursor, after a restored backup perhaps. */
async function beginAfresh(keepFacts = true) {
  const mine = open;
  mine.feed?.stop();
  mine.feed = null;
  try {
    const from = await askBoard();
    if (open !== mine) return;
    if (!keepFacts) facts.value = [];
    const shown = facts.value[0]?.cursor ?? aLittleBefore(from);
    const onFact = (fact) => takeFact(fact, isAfter(fact.cursor, from));
    mine.feed = follow(shown, { onFact, onOpen: heard, onBroken: ping, onLost: () => beginAfresh(false) });
    loadTrouble.value = null;
  } catch (problem) {
    if (open !== mine) return;
    loadTrouble.value = problem.message;
    lose();
    if (!sessionEnded.value) setTimeout(() => open === mine && beginAfresh(keepFacts), 2_000);
  }
}

/** The whole board. Gives the cursor of its first page: what happened since comes by the feed. */
async function askBoard() {
  const found = new Map();
  let from = null;
  let after = null;
  do {
    const page = await get(`/outages?state=open&limit=${PAGE}${after === null ? '' : `&after=${after}`}`);
    from ??= page.cursor;
    page.outages.forEach((outage) => found.set(outage.id, outage));
    after = page.next;
  } while (after !== null && after !== undefined);
  await askCrews();
  batch(() => {
    outages.value = found;
    index([...found.values()]);
    loaded.value = true;
    heard();
  });
  return from;
}

function index(list) {
  for (const outage of list) {
    numbers.set(`outage:${outage.id}`, outage.number);
    for (const job of outage.jobs ?? []) {
      outageOfJob.set(job.id, outage.id);
      crewOfJob.set(job.id, job.crew_id);
    }
    for (const call of outage.calls ?? []) {
      outageOfCall.set(call.id, outage.id);
      if (call.number !== undefined) numbers.set(`call:${call.id}`, call.number);
    }
  }
}

export const numberOf = (subject) => numbers.get(subject) ?? null;
export const crewOf = (job_id) => crewOfJob.get(job_id) ?? null;

function learnFrom(fact) {
  const id = Number(fact.subject.split(':')[1]);
  if (typeof fact.body.number === 'string') numbers.set(fact.subject, fact.body.number);
  if (fact.kind === 'JobOffered') {
    outageOfJob.set(id, fact.body.outage_id);
    crewOfJob.set(id, fact.body.crew_id);
  }
  if (fact.kind === 'CallFiled') outageOfCall.set(id, fact.body.outage_id);
}

let waitingFacts = [];
let drawing = false;

function takeFact(fact, isNews) {
  heard();
  learnFrom(fact);
  waitingFacts.push(fact);
  if (!drawing) {
    drawing = true;
    setTimeout(showFacts, 100);
  }
  const id = outageNamedBy(fact);
  if (!isNews) return;
  if (id !== null) askAgain(id);
  if (/^(crew|job):/.test(fact.subject)) askCrewsSoon();
}

/** A storm of facts is drawn ten times a second, not a thousand. */
function showFacts() {
  drawing = false;
  const came = waitingFacts.reverse();
  waitingFacts = [];
  facts.value = [...came, ...facts.value].slice(0, FACTS_KEPT);
}

/** Which outage a fact is about, as far as this page knows: its own id, its job's or its call's. */
export function outageNamedBy(fact) {
  const [kind, text] = fact.subject.split(':');
  const id = Number(text);
  if (kind === 'outage') return id;
  if (typeof fact.body.outage_id === 'number') return fact.body.outage_id;
  const known = kind === 'job' ? outageOfJob : kind === 'call' ? outageOfCall : null;
  return known?.get(id) ?? null;
}

async function askChanged() {
  const ids = [...changed];
  changed.clear();
  const mine = open;
  try {
    if (ids.length > ASK_ONE_BY_ONE) {
      await askBoard();
      if (open === mine && ids.includes(chosenId.value)) await askOne(chosenId.value);
    } else {
      for (let n = 0; n < ids.length; n += AT_ONCE) await Promise.all(ids.slice(n, n + AT_ONCE).map(askOne));
    }
  } catch (problem) {
    if (problem.status === 0) ids.forEach((id) => changed.add(id)); // heard nothing: ask again when the server is back
  }
  gathering = open !== null && changed.size > 0 ? setTimeout(askChanged, GATHER_MS * 4) : null;
}

async function askOne(id) {
  const outage = await get(`/outages/${id}`).catch((problem) => {
    if (problem.status === 404) return null;
    throw problem;
  });
  if (outage === null || open === null) return;
  batch(() => {
    const next = new Map(outages.value);
    if (outage.state === 'open') next.set(id, outage);
    else next.delete(id);
    index([outage]);
    outages.value = next;
    if (chosenId.value === id) chosen.value = outage;
  });
}

async function askCrews() {
  crewsAsked = performance.now();
  try {
    const answer = await get('/crews');
    crews.value = new Map(answer.crews.map((crew) => [crew.crew_id, crew]));
  } catch {
    // The ping says aloud when the server is lost.
  }
}

function askCrewsSoon() {
  if (crewsDue !== null) return;
  const wait = Math.max(GATHER_MS, crewsAsked + CREWS_AT_MOST_EVERY_MS - performance.now());
  crewsDue = setTimeout(() => {
    crewsDue = null;
    if (open !== null) askCrews();
  }, wait);
}

async function askAreas() {
  try {
    areas.value = await get('/areas', 60_000);
  } catch {
    if (open !== null) setTimeout(askAreas, 10_000);
  }
}

let lastHeard = null;

function heard() {
  lastHeard = now();
  if (!link.value.live) link.value = { live: true, since: null };
}

function lose() {
  if (link.value.live || link.value.since === null) link.value = { live: false, since: lastHeard ?? now() };
}

let pinging = false;

/** A stream may hang without an error; a short question every moment notices within five seconds. */
async function ping() {
  if (pinging || open === null) return;
  pinging = true;
  try {
    await get('/sessions/current', PING_PATIENCE_MS);
    if (loaded.value) heard();
    open?.feed?.hurry();
  } catch {
    if (open !== null) lose();
  }
  pinging = false;
}

effect(() => {
  document.documentElement.dataset.link = link.value.live ? 'live' : 'lost';
});
