// Every word a person reads, in the language chosen now. Whoever calls `t` while drawing is drawn anew when it changes.
import { language } from '../core/looks.js';
import { inChinese } from '../core/sentences.js';
import * as zh from './zh.js';
import * as en from './en.js';

const books = { zh, en };
const book = () => books[language.value];

export function t(key, values = {}) {
  const text = book().words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The word of a value such as "en_route"; the bare value where the server knows a newer word than this page. */
export function word(family, value) {
  if (value === null || value === undefined || value === '') return '';
  return book().words[`${family}.${value}`] ?? String(value).replaceAll('_', ' ');
}

/** A fact as a sentence. `look` answers what the fact itself does not hold: a crew's name, an outage's number. */
export function sentenceOf(fact, look) {
  const say = book().facts[fact.kind];
  const tools = { t, word, clock, day, said, minutes, ...look };
  return say === undefined ? fact.kind : say(fact.body, tools);
}

/** A sentence that the server wrote in English, in the language of the page where we know it. */
export function said(sentence) {
  return language.value === 'zh' ? inChinese(sentence) : sentence;
}

export function author(said_by) {
  const [kind, id] = said_by.split(':');
  const name = word('author', kind);
  return id === undefined ? name : `${name} ${id}`;
}

let zone = 'Asia/Shanghai';
const forms = new Map();

/** The utility's own time zone, as the server names it: every time and day on the page is told in it. */
export function tellTimesOf(timezone) {
  zone = timezone;
  forms.clear();
}

function form(options) {
  const key = language.value + JSON.stringify(options);
  if (!forms.has(key)) {
    const tag = language.value === 'zh' ? 'zh-CN' : 'en-GB';
    forms.set(key, new Intl.DateTimeFormat(tag, { timeZone: zone, hourCycle: 'h23', ...options }));
  }
  return forms.get(key);
}

const asDate = (moment) => (typeof moment === 'number' ? moment : Date.parse(moment));

export const clock = (moment) => (moment ? form({ hour: '2-digit', minute: '2-digit' }).format(asDate(moment)) : '–');
export const clockSeconds = (moment) =>
  moment ? form({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(asDate(moment)) : '–';
export const day = (moment) =>
  moment ? form({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(asDate(moment)) : '–';
export const minutes = (value) => (value === null || value === undefined ? '–' : Math.round(value));

/** The local day of a moment as YYYY-MM-DD, where the figures count by local day. */
export function localDay(moment_ms) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return parts.format(moment_ms);
}

/** What is left of a target: "38 min", under ten minutes "9:41", past it "late 12 min". */
export function left(until_ms, now_ms) {
  const seconds = Math.round((until_ms - now_ms) / 1000);
  if (seconds < 0) return t('left.late', { span: span(-seconds) });
  return span(seconds);
}

export function span(seconds) {
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return t('span.min', { min: minutes });
  if (minutes < 60 * 48) return t('span.h', { h: Math.floor(minutes / 60), min: String(minutes % 60).padStart(2, '0') });
  return t('span.d', { d: Math.floor(minutes / 1440) });
}
