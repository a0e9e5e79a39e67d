// What the right-hand side and the left-hand list show, and where the focus goes.
import { batch, computed, signal } from '../core/html.js';
import { choose } from '../core/board.js';

/** outage | call | place | call_back */
export const side = signal('outage');
/** outages | crews | call_backs */
export const list = signal('outages');
/** The pin of the call being filed or placed: {lon, lat} or null. The map writes it, the form reads it. */
export const pin = signal(null);
/** The call being placed: {id, number, outage_id}. */
export const placing = signal(null);
/** While a form waits for a pin, a click on the map sets it. */
export const pinning = computed(() => side.value === 'call' || side.value === 'place');
/** The call whose customer is being asked. */
export const callingBack = signal(null);
/** Where the words of an open form lead, with its doubt: {lon, lat, radius_m} or null. The form writes it, the map draws it. */
export const doubt = signal(null);
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

export function openPlacing(call) {
  batch(() => {
    placing.value = call;
    pin.value = null;
    side.value = 'place';
  });
  focusSoon('[data-form-start]');
}

export function openCallBack(call) {
  batch(() => {
    callingBack.value = call;
    side.value = 'call_back';
  });
  focusSoon('[data-form-start] [data-answer]');
}

export function leaveForm() {
  batch(() => {
    side.value = 'outage';
    callingBack.value = null;
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

const FOCUS_TRIES = 20;

/** After the drawing that is due, which a microtask does: a fast typist's next key must already find its field. */
export function focusSoon(selector, tries = FOCUS_TRIES) {
  const attempt = () => {
    const found = document.querySelector(selector);
    if (found !== null) found.focus();
    else if (tries > 0) setTimeout(() => focusSoon(selector, tries - 1), 10);
  };
  queueMicrotask(() => queueMicrotask(attempt));
}

export function tell(text, bad = false) {
  notice.value = { text, bad, at: performance.now() };
}
