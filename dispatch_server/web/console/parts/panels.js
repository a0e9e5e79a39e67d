// What the right-hand side and the left-hand list show, and where the focus goes.
import { batch, signal } from '../core/html.js';
import { choose } from '../core/board.js';

/** outage | call */
export const side = signal('outage');
/** outages | crews */
export const list = signal('outages');
/** The pin of the call being filed: {lon, lat} or null. The map writes it, the form reads it. */
export const pin = signal(null);
export const findText = signal('');
/** A short word that something was done, or why not: {text, bad}. */
export const notice = signal(null);
/** Asks the map to look at a place: {lon, lat, zoom, at}. */
export const lookAt = signal(null);

export function openOutage(id, focus = true) {
  batch(() => {
    side.value = 'outage';
    choose(id);
  });
  if (focus) focusSoon('[data-panel-start]');
}

export function openForm() {
  side.value = 'call';
  focusSoon('[data-form-start]');
}

export function leaveForm() {
  batch(() => {
    side.value = 'outage';
    pin.value = null;
  });
  focusList();
}

export function closeOutage() {
  choose(null);
  focusList();
}

export function focusList(which = list.value) {
  list.value = which;
  focusSoon('[data-list]');
}

/** After the next drawing: the thing to focus may not be there yet. */
export function focusSoon(selector) {
  requestAnimationFrame(() => setTimeout(() => document.querySelector(selector)?.focus(), 0));
}

export function tell(text, bad = false) {
  notice.value = { text, bad, at: performance.now() };
}
