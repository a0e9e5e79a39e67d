// Today's arrivals by area class: the mean and the share in time stand side by side, with how many they are made of.
import { html, signal, useEffect } from '../core/html.js';
import { get } from '../core/api.js';
import { facts } from '../core/board.js';
import { now } from '../core/clock.js';
import { localDay, t, word } from '../words/index.js';

const EVERY_MS = 60_000;
const A_DAY_MS = 86_400_000;
const figures = signal([]);

export function Figures() {
  useEffect(() => {
    fetchFigures();
    const timer = setInterval(fetchFigures, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const newest = facts.value[0]?.kind;
  useEffect(() => {
    if (newest === 'ArrivalRecorded' || newest === 'ArrivalMissed') fetchFigures();
  }, [facts.value[0]?.cursor]);
  return html`
    <section class="figures" aria-label=${t('figures.title')} data-testid="figures">
      <span class="figures-title soft">${t('figures.title')}</span>
      ${['urban', 'rural', 'remote'].map((group) => html`<${Figure} key=${group} group=${group} figure=${figures.value.find((one) => one.group === group)} />`)}
    </section>`;
}

async function fetchFigures() {
  try {
    const answer = await get(`/stats/arrivals?from=${localDay(now())}&to=${localDay(now() + A_DAY_MS)}&by=area_class`);
    figures.value = answer.figures ?? answer.groups ?? [];
  } catch {
    // The last figures stand; the banner says when the server is lost.
  }
}

function Figure({ group, figure }) {
  const name = html`<span class=${`class c-${group}`}>${word('class', group)}</span>`;
  if (figure === undefined || (figure.count === 0 && figure.pending === 0 && shareOf(figure) === null)) {
    return html`<span class="figure soft">${name} ${t('figures.none')}</span>`;
  }
  const share = shareOf(figure);
  return html`<span class="figure" title=${detailOf(figure)}>${name}
    <span class="soft">${t('figures.mean')}</span><strong class="num">${figure.mean_min === null ? '–' : t('span.min', { min: figure.mean_min.toFixed(1) })}</strong>
    <span class="soft">${t('figures.share')}</span><strong class=${share !== null && share < 0.9 ? 'num bad-ink' : 'num'}>${share === null ? '–' : percent(share)}</strong>
    <span class="soft num count">${t('figures.count', { n: figure.count })}</span></span>`;
}

/** The share within the set enforced: the first name that the server gives. */
function shareOf(figure) {
  const [first] = Object.values(figure.within ?? {});
  return first ?? null;
}

export const percent = (share) => `${(Math.floor(share * 1000) / 10).toFixed(share === 1 ? 0 : 1)}%`;

function detailOf(figure) {
  const excluded = Object.values(figure.excluded ?? {}).reduce((sum, n) => sum + n, 0);
  return [
    t('figures.count', { n: figure.count }),
    t('figures.pending', { n: figure.pending ?? 0 }),
    t('figures.late', { n: figure.late_nobody_there ?? 0 }),
    t('figures.excluded', { n: excluded }),
    figure.definition ?? '',
  ].join('\n');
}
