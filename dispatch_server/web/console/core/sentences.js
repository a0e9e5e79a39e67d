// Sentences that the server wrote in English, in Chinese, by the server's own catalogue: what facts hold stays as it was
// sealed. The same steps as `protocol/sentences.py`; a test holds the two against each other.
import { get } from './api.js';
import { signal } from './html.js';

/** What `GET /sentences` gave, made ready; null until somebody has signed in. Whoever draws a sentence is drawn anew. */
const book = signal(null);

export async function learnSentences() {
  if (book.value !== null) return;
  try {
    book.value = ready(await get('/sentences'));
  } catch {
    // English is shown until the next sign-in or reload; nothing else depends on it.
  }
}

/** The sentence in Chinese, or as it came where it is not known. */
export function inChinese(sentence) {
  const known = book.value;
  if (known === null || sentence === '' || [...sentence].length > known.longest) return sentence;
  return whole(known, sentence) ?? inPieces(known, sentence);
}

export function ready(catalogue) {
  const exact = new Map();
  const byHead = new Map();
  const headless = [];
  for (const [english, chinese] of catalogue.sentences) {
    const parts = english.split(/\{(\w+)\}/);
    exact.set(english, chinese);
    if (parts.length === 1) continue;
    const template = { chinese, blanks: parts.filter((_, n) => n % 2), pattern: patternOf(parts, catalogue.holds) };
    const space = parts[0].indexOf(' ');
    if (space < 0) headless.push(template);
    else byHead.set(parts[0].slice(0, space), [...(byHead.get(parts[0].slice(0, space)) ?? []), template]);
  }
  return { ...catalogue, exact, byHead, headless, said: new Set(catalogue.said) };
}

function patternOf(parts, holds) {
  const fixed = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`^${parts.map((part, n) => (n % 2 ? `(${holds[part] ?? '.+?'})` : fixed(part))).join('')}$`, 's');
}

function whole(known, sentence) {
  const same = known.exact.get(sentence);
  if (same !== undefined) return same;
  for (const template of [...(known.byHead.get(sentence.split(' ', 1)[0]) ?? []), ...known.headless]) {
    const found = template.pattern.exec(sentence);
    if (found !== null) return filled(known, template, found.slice(1));
  }
  return null;
}

function filled(known, template, values) {
  const given = new Map(template.blanks.map((blank, n) => [blank, values[n]]));
  return template.chinese.replace(/\{(\w+)\}/g, (_, blank) => valueOf(known, blank, given.get(blank)));
}

function valueOf(known, blank, value) {
  if (Object.hasOwn(known.lists, blank)) {
    const [each, between, inChineseBetween] = known.lists[blank];
    return value.split(between).map((one) => valueOf(known, each, one)).join(inChineseBetween);
  }
  if (Object.hasOwn(known.words, blank)) return Object.hasOwn(known.words[blank], value) ? known.words[blank][value] : value;
  return known.said.has(blank) ? inChinese(value) : value;
}

/** Several sentences after one another, or reasons joined by "; "; what is not known among them stays. */
function inPieces(known, text) {
  const sentences = text.split(/(?<=[.?]) /);
  if (sentences.length > 1) return joined(known, sentences, ' ', '');
  const reasons = text.split('; ');
  return reasons.length > 1 ? joined(known, reasons, '; ', '；') : text;
}

/** The longest run that is known, then on from there: a sentence may hold a full stop or a semicolon itself. */
function joined(known, pieces, between, inChineseBetween) {
  if (pieces.length > known.most_pieces) return pieces.join(between);
  let told = '';
  let wasKnown = true;
  for (let start = 0; start < pieces.length; ) {
    const [end, run] = longestKnown(known, pieces, start, between);
    if (start > 0) told += wasKnown && run !== null ? inChineseBetween : between;
    told += run ?? pieces[start];
    wasKnown = run !== null;
    start = end;
  }
  return told;
}

function longestKnown(known, pieces, start, between) {
  for (let end = pieces.length; end > start; end -= 1) {
    const run = whole(known, pieces.slice(start, end).join(between));
    if (run !== null) return [end, run];
  }
  return [start + 1, null];
}
