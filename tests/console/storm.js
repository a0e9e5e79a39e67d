// A board of many outages that all change at once, a dozen times: how long until it is drawn, in milliseconds.
async (count) => {
  const { outages } = await import('/console/core/board.js');
  const { now } = await import('/console/core/clock.js');
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const board = (turn) => new Map(Array.from({ length: count }, (_, n) => [n + 1, {
    id: n + 1, number: `F260501-${String(n + 1).padStart(5, '0')}`, state: 'open',
      area_class: 'rural', priority: 'ordinary', hazard: 'none',
    fault_kind: 'lv', call_count: 1 + (turn % 7), arrived_at: null,
      arrive_by: new Date(now() + 60_000 * (1 + ((n * 7 + turn) % 90))).toISOString(),
    lon: 112 + (n % 40) / 200, lat: 27.7 + (n % 30) / 500, district: '江北县', jobs: [], calls: [],
  }]));
  const took = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const begun = performance.now();
    outages.value = board(turn);
    await frame();
    took.push(performance.now() - begun);
  }
  const counted = document.querySelector('[role=grid]').getAttribute('aria-rowcount');
  return [took.sort((a, b) => a - b)[6], document.querySelectorAll('.outage-row').length, counted];
}
