// Day or night, and the keys: what a person chose stays with this browser.
import { effect, signal } from './html.js';

function kept(name, otherwise) {
  try {
    return localStorage.getItem(`relight.${name}`) ?? otherwise;
  } catch {
    return otherwise; // storage may be forbidden; the page works without
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(`relight.${name}`, value);
  } catch {
    // as above
  }
}

const prefersDay = window.matchMedia('(prefers-color-scheme: light)').matches;

/** day | night */
export const theme = signal(kept('theme', prefersDay ? 'day' : 'night'));
/** zh | en */
export const language = signal(kept('language', navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'));
/** Single letters as shortcuts may be switched off: speech input and some hands press them unmeant. */
export const letterKeys = signal(kept('letter-keys', 'on') === 'on');

export function wearTheme() {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    keep('theme', theme.value);
  });
  effect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
    keep('language', language.value);
  });
  effect(() => keep('letter-keys', letterKeys.value ? 'on' : 'off'));
}
