// Who sits at this desk. The token lives in an HttpOnly cookie: no script can read it, this one included.
import { ask, get, sessionEnded } from './api.js';
import { computed, effect, signal, untracked } from './html.js';
import { forgetBoard, openBoard } from './board.js';
import { learnSentences } from './sentences.js';
import { tellTimesOf } from '../words/index.js';

/** undefined: not asked yet · null: signed out · {name, role, crew_id, expires_at, timezone}. */
export const session = signal(undefined);

const role = computed(() => session.value?.role ?? '');
const may = (...roles) => computed(() => roles.includes(role.value));

export const mayFile = may('call_taker', 'dispatcher', 'control_room');
export const mayLookUp = may('call_taker', 'dispatcher');
export const mayDispatch = may('dispatcher');
export const maySeeFigures = may('dispatcher', 'manager');
export const maySeeBoard = may('call_taker', 'dispatcher', 'control_room', 'manager');

function sitDown(found) {
  tellTimesOf(found.timezone);
  session.value = found;
}

export async function beginSession() {
  try {
    sitDown(await get('/sessions/current'));
  } catch {
    session.value = null;
  }
  sessionEnded.value = false;
}

export async function signIn(name, password) {
  await ask('POST', '/sessions', { name, password });
  sitDown(await get('/sessions/current'));
  sessionEnded.value = false;
}

export async function signOut() {
  try {
    await ask('DELETE', '/sessions/current');
  } finally {
    session.value = null;
  }
}

effect(() => {
  if (sessionEnded.value) session.value = null;
});

effect(() => {
  if (role.value !== '') untracked(learnSentences);
});

effect(() => {
  const open = maySeeBoard.value;
  untracked(() => (open ? openBoard() : forgetBoard()));
});
