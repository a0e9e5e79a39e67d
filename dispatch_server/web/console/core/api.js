// Every word with the server goes through `ask`; a refusal comes back as a Problem whose message a person can act on.
import { hear } from './clock.js';
import { signal } from './html.js';
import { language } from './looks.js';

const PATIENCE_MS = 15_000;

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Set when the server no longer knows us; the page then asks for the name and password again. */
export const sessionEnded = signal(false);

export async function ask(method, path, body, patience_ms = PATIENCE_MS) {
  const asked = performance.now();
  const answer = await sent(method, path, body, patience_ms);
  const told = await answer.text();
  const said = told === '' ? null : readJson(told);
  setClock(answer, said, asked);
  if (answer.ok) return said;
  if (answer.status === 401 && path !== '/sessions') sessionEnded.value = true;
  throw new Problem(answer.status, detailOf(said, answer.status));
}

export const get = (path, patience_ms) => ask('GET', path, undefined, patience_ms);
export const post = (path, body = {}) => ask('POST', path, body);

async function sent(method, path, body, patience_ms) {
  // The header cannot be set by a form on another site: the server takes no change from a cookie without it.
  const headers = { Accept: 'application/json', 'Accept-Language': language.value, 'X-Relight-Console': '1' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    return await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(patience_ms),
    });
  } catch {
    throw new Problem(0, '');
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function setClock(answer, said, asked) {
  const heard = performance.now();
  if (said && typeof said.server_time === 'string') return hear(Date.parse(said.server_time), asked, heard);
  const date = Date.parse(answer.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) hear(date, asked, heard, 1000);
}

function detailOf(said, status) {
  const detail = said?.detail;
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.map((one) => one.msg ?? String(one)).join(' ');
  return said?.title ?? `HTTP ${status}`;
}
