// A list of any length of which only what is seen is drawn. One tab stop; arrows move, Enter opens.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../core/html.js';

const SPARE = 6;
const remPx = () => parseFloat(getComputedStyle(document.documentElement).fontSize); // grows with the screen

/** `rows` have an `id`; `draw(row)` gives the cells; `onOpen(id)` is Enter or a click. */
export function VirtualGrid({ rows, rowRem, draw, rowClass, columns, label, chosen, onOpen, id }) {
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [{ height, rowHeight }, setRoom] = useState({ height: 600, rowHeight: rowRem * 13 });
  const [active, setActive] = useState(null);

  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => box.current && setRoom({ height: box.current.clientHeight, rowHeight: Math.round(rowRem * remPx()) }));
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    if (chosen !== null) setActive(chosen);
  }, [chosen]);

  useEffect(() => {
    // Who came before the rows did finds the first one chosen all the same.
    if (active === null && rows.length > 0 && document.activeElement === box.current) setActive(rows[0].id);
  }, [rows]);

  const at = rows.findIndex((row) => row.id === active);
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + SPARE);
  const shown = rows.slice(first, last).map((row, n) => [row, first + n]);
  if (at >= 0 && (at < first || at >= last)) shown.push([rows[at], at]); // the active row must exist for screen readers

  function move(to) {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    if (rows.length === 0) return;
    setActive(rows[next].id);
    const from = next * rowHeight;
    const view = box.current;
    if (from < view.scrollTop) view.scrollTop = from;
    else if (from + rowHeight > view.scrollTop + view.clientHeight) view.scrollTop = from + rowHeight - view.clientHeight;
  }

  function onKeyDown(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    if (event.key in moves) move(moves[event.key]);
    else if (event.key === 'Enter' && at >= 0) onOpen(rows[at].id);
    else return;
    event.preventDefault();
  }

  return html`
    <div class="grid" role="grid" tabindex="0" data-list ref=${box} aria-label=${label} aria-rowcount=${rows.length + 1} aria-colcount=${columns.length}
      aria-activedescendant=${at >= 0 ? `${id}-${rows[at].id}` : undefined}
      onScroll=${(event) => setTop(event.currentTarget.scrollTop)} onKeyDown=${onKeyDown} onFocus=${() => at < 0 && rows.length > 0 && setActive(rows[0].id)}>
      <div class="visually-hidden" role="row" aria-rowindex="1">${columns.map((name) => html`<span role="columnheader" key=${name}>${name}</span>`)}</div>
      <div class="grid-room" role="presentation" style=${{ height: `${rows.length * rowHeight}px` }}>
        ${shown.map(([row, n]) => html`
          <div key=${row.id} id=${`${id}-${row.id}`} role="row" aria-rowindex=${n + 2} aria-selected=${row.id === chosen}
            class=${`grid-row ${rowClass(row)}${row.id === active ? ' active' : ''}${row.id === chosen ? ' chosen' : ''}`}
            style=${{ transform: `translateY(${n * rowHeight}px)`, height: `${rowHeight}px` }}
            onClick=${() => { setActive(row.id); onOpen(row.id); }}>${draw(row)}</div>`)}
      </div>
    </div>`;
}
