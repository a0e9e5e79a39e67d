// Says aloud, to those who listen instead of looking, what has become urgent.
import { html, useEffect, useRef, useState } from '../core/html.js';
import { inOrder, loaded } from '../core/board.js';
import { t, word } from '../words/index.js';
import { placeOf } from './board.js';

const LOUD = new Set(['danger', 'missed', 'at_risk']);

export function Alarm() {
  const known = useRef(null);
  const [text, setText] = useState('');
  const rows = inOrder.value;
  useEffect(() => {
    if (!loaded.value) return;
    const loud = rows.filter((row) => LOUD.has(row.urgency));
    const news = known.current === null ? [] : loud.filter((row) => known.current.get(row.outage.id) !== row.urgency);
    known.current = new Map(loud.map((row) => [row.outage.id, row.urgency]));
    if (news.length > 0) setText(news.slice(0, 3).map(sentence).join(' '));
  }, [rows]);
  return html`<div class="visually-hidden" role="alert" aria-live="assertive">${text}</div>`;
}

const sentence = ({ outage, urgency }) => t('board.announce', { urgency: word('urgency', urgency), number: outage.number, place: placeOf(outage) });
