// The manager's figures: by class, county, crew or month, over the days chosen, with what was left out and how each is defined.
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from '../core/html.js';
import { get } from '../core/api.js';
import { now } from '../core/clock.js';
import { language } from '../core/looks.js';
import { localDay, said, t, word } from '../words/index.js';
import { crewName } from './board.js';
import { percent } from './figures.js';

export const figuresShown = signal(false);

const GROUPS = ['area_class', 'district', 'crew', 'month'];
const A_DAY_MS = 86_400_000;

export function FiguresTable() {
  return figuresShown.value ? html`<${Dialog} />` : null;
}

/** Days are the utility's own; the last one counts. */
const nextDay = (day) => new Date(Date.parse(`${day}T00:00:00Z`) + A_DAY_MS).toISOString().slice(0, 10);
const monthBegins = (day) => `${day.slice(0, 8)}01`;
const dayBefore = (day) => new Date(Date.parse(`${day}T00:00:00Z`) - A_DAY_MS).toISOString().slice(0, 10);

function rangesOf(today) {
  const lastMonth = dayBefore(monthBegins(today));
  return [['today', today, today], ['month', monthBegins(today), today], ['last_month', monthBegins(lastMonth), lastMonth], ['year', `${today.slice(0, 4)}-01-01`, today]];
}

function Dialog() {
  const dialog = useRef(null);
  const today = localDay(now());
  const [by, setBy] = useState('district');
  const [days, setDays] = useState({ from: monthBegins(today), to: today });
  const [proved, setProved] = useState(false);
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState('');
  const close = () => (figuresShown.value = false);

  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus?.();
  }, []);

  /** Figures of other days than those asked for are not left standing. */
  function refuse(why) {
    setTrouble(why);
    setFound(null);
  }

  useEffect(() => {
    let wanted = true;
    if (!days.from || !days.to || days.from > days.to) return void refuse(t('figures.days_wrong'));
    get(`/stats/arrivals?from=${days.from}&to=${nextDay(days.to)}&by=${by}&proved=${proved}`).then(
      (answer) => wanted && (setFound({ ...answer, by }), setTrouble('')),
      (problem) => wanted && refuse(problem.status === 0 ? t('trouble.lost') : said(problem.message)),
    );
    return () => (wanted = false);
  }, [by, days.from, days.to, proved, language.value]);

  const setDay = (name) => (event) => setDays({ ...days, [name]: event.currentTarget.value });
  return html`
    <dialog ref=${dialog} class="asking wide-dialog" aria-labelledby="figures-table-title" data-testid="figures-table" onCancel=${(event) => { event.preventDefault(); close(); }}>
      <div class="panel-title"><h2 id="figures-table-title">${t('figures.table_title')}</h2>
        <button class="button bare close" onClick=${close} aria-label=${t('keys.done')} title=${`${t('keys.done')} (Esc)`}>✕</button></div>
      <div class="figures-asked">
        <label class="field"><span>${t('figures.by')}</span><select autofocus name="by" value=${by} onInput=${(event) => setBy(event.currentTarget.value)}>${GROUPS.map((name) => html`<option key=${name} value=${name}>${t(`figures.by.${name}`)}</option>`)}</select></label>
        <label class="field"><span>${t('figures.from')}</span><input type="date" name="from" value=${days.from} onChange=${setDay('from')} /></label>
        <label class="field"><span>${t('figures.to')}</span><input type="date" name="to" value=${days.to} onChange=${setDay('to')} /></label>
        <div class="figures-ranges">${rangesOf(today).map(([name, from, to]) => html`<button key=${name} class="button small" aria-pressed=${days.from === from && days.to === to} onClick=${() => setDays({ from, to })}>${t(`figures.range.${name}`)}</button>`)}</div>
        <label class="check"><input type="checkbox" checked=${proved} onChange=${(event) => setProved(event.currentTarget.checked)} /> ${t('figures.proved')}</label>
      </div>
      <p class="trouble" role="alert">${trouble}</p>
      ${found && html`<${Table} found=${found} />`}
    </dialog>`;
}

function Table({ found }) {
  const [all] = found.figures;
  const sets = Object.keys(all?.within ?? {});
  return html`
    <div class="figures-scroll" tabindex="0" role="region" aria-label=${t('figures.table_title')}>
      <table class="figures-rows">
        <thead><tr><th scope="col">${t(`figures.by.${found.by}`)}</th>
          ${['arrived', 'mean', 'median', 'p90'].map((name) => html`<th scope="col" key=${name}>${t(`figures.col.${name}`)}</th>`)}
          ${sets.map((name) => html`<th scope="col" key=${name}>${t('figures.col.within', { set: word('limit_set', name) })}</th>`)}
          ${['late', 'pending', 'excluded'].map((name) => html`<th scope="col" key=${name}>${t(`figures.col.${name}`)}</th>`)}</tr></thead>
        <tbody>${found.figures.map((figure, n) => html`<${Row} key=${figure.group} figure=${figure} name=${n === 0 ? t('figures.all') : nameOf(found.by, figure.group)} sets=${sets} />`)}</tbody>
      </table>
    </div>
    <p class="soft">${said(all?.definition ?? '')}</p>
    <p class="soft">${(found.limits ?? []).map((limits) => `${word('limit_set', limits.name)}: ${['urban', 'rural', 'remote'].map((name) => `${word('class', name)} ${limits.minutes[name] ?? '–'}`).join(' / ')}`).filter((text, n, texts) => texts.indexOf(text) === n).join(' · ')}</p>`;
}

function nameOf(by, group) {
  if (group === 'none') return t('figures.no_group');
  if (by === 'area_class') return word('class', group);
  return by === 'crew' ? crewName(Number(group)) : group;
}

const inMinutes = (value) => (value === null ? '–' : t('span.min', { min: value.toFixed(1) }));

function Row({ figure, name, sets }) {
  const excluded = Object.entries(figure.excluded).filter(([, n]) => n > 0);
  const left = excluded.reduce((sum, [, n]) => sum + n, 0);
  return html`<tr><th scope="row">${name}</th><td>${figure.count}</td>
    <td>${inMinutes(figure.mean_min)}</td><td>${inMinutes(figure.median_min)}</td><td>${inMinutes(figure.p90_min)}</td>
    ${sets.map((set) => html`<td key=${set} class=${figure.within[set] !== null && figure.within[set] < 0.9 ? 'bad-ink' : ''}>${figure.within[set] === null ? '–' : percent(figure.within[set])}</td>`)}
    <td class=${figure.late_nobody_there > 0 ? 'bad-ink' : ''}>${figure.late_nobody_there}</td><td>${figure.pending}</td>
    <td>${left === 0 ? 0 : html`${left} <span class="soft">${excluded.map(([why, n]) => `${word('excluded', why)} ${n}`).join(' · ')}</span>`}</td></tr>`;
}
