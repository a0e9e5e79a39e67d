// The map: areas by class, outages by urgency, crews by what they do and how old their position is. No tile server,
// no fonts from elsewhere: what it draws came from this server. Without WebGL the page says so and works by the list.
import { html, useEffect, useRef } from '../core/html.js';
import { areas, chosenId, crews, inOrder } from '../core/board.js';
import { theme } from '../core/looks.js';
import { effect } from '../core/html.js';
import { span, t, word } from '../words/index.js';
import { labelsOf } from '../core/labels.js';
import { ageOf } from './crews.js';
import { doubt, lookAt, openOutage, pin, pinning } from './panels.js';

const REDRAW_MS = 200;
const STALE_S = 15 * 60; // as in the server's reasons: an older position may be anywhere
const URGENCIES = ['danger', 'missed', 'at_risk', 'no_place', 'no_crew', 'waiting', 'offered', 'under_way', 'arrived'];
const CREW_STATES = ['free', 'offered', 'accepted', 'en_route', 'on_site', 'off_duty'];
const CLASSES = ['urban', 'rural', 'remote'];

let map = null;
let library = null;

/** Where a pin set by keys goes. */
export function mapCentre() {
  if (map === null) return null;
  const { lng, lat } = map.getCenter();
  return { lon: lng, lat };
}

export const canDraw = (() => {
  const canvas = document.createElement('canvas');
  return canvas.getContext('webgl2') !== null;
})();

export function Map() {
  const box = useRef(null);
  useEffect(() => (canDraw ? draw(box.current) : undefined), []);
  if (!canDraw) return html`<div class="map none"><p>${t('map.none')}</p></div>`;
  return html`
    <div class="map-place">
      <div class=${pinning.value ? 'map pinning' : 'map'} ref=${box} role="region" aria-label=${t('map.label')}></div>
      <button class="button small map-whole" onClick=${showWhole}>${t('map.whole')}</button>
      <${Key} />
    </div>`;
}

function Key() {
  return html`
    <div class="map-key" role="group" aria-label=${t('map.key')}>
      ${CLASSES.map((name) => html`<span key=${name}><i class=${`key-area k-${name}`}></i>${word('class', name)}</span>`)}
      <span class="key-gap"></span>
      ${['danger', 'missed', 'at_risk', 'waiting', 'under_way', 'arrived'].map((name) => html`<span key=${name}><i class=${`key-dot k-${name}`}></i>${word('urgency', name)}</span>`)}
      <span class="key-gap"></span>
      ${['free', 'en_route', 'on_site'].map((name) => html`<span key=${name}><i class=${`key-crew k-crew-${name}`}></i>${word('crew_state', name)}</span>`)}
    </div>`;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const byProperty = (property, names, prefix) => ['match', ['get', property], ...names.flatMap((name) => [name, colour(prefix + name)]), colour('soft')];
const collection = (features) => ({ type: 'FeatureCollection', features });
const point = (lon, lat, properties) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties });

function draw(box) {
  let wanted = true;
  const stops = [];
  import('../vendor/maplibre-gl.mjs').then((loadedLibrary) => {
    if (!wanted) return;
    library = loadedLibrary;
    library.setWorkerUrl(new URL('../vendor/maplibre-gl-worker.mjs', import.meta.url).href);
    map = new library.Map({
      container: box,
      style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': colour('map-ground') } }] },
      center: [111.6, 27.75],
      zoom: 7.6,
      maxZoom: 17,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif",
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new library.ScaleControl({ maxWidth: 90 }), 'bottom-right');
    map.on('load', () => wanted && stops.push(...fill()));
  });
  return () => {
    wanted = false;
    stops.forEach((stop) => stop());
    map?.remove();
    map = null;
  };
}

function fill() {
  addLayers();
  listenToPointer();
  let whole = false;
  return [
    effect(() => {
      if (areas.value === null) return;
      map.getSource('areas').setData(areas.value);
      for (const name of ['county', 'township']) map.getSource(name).setData(collection(labelsOf(areas.value, name).map((one) => point(one.lon, one.lat, one))));
      if (!whole) showWhole();
      whole = true;
    }),
    soon(() => outagePoints(inOrder.value, chosenId.value), (data) => map.getSource('outages').setData(data)),
    soon(() => crewPoints([...crews.value.values()]), (data) => map.getSource('crews').setData(data)),
    effect(() => map.getSource('pin').setData(collection(pin.value === null ? [] : [point(pin.value.lon, pin.value.lat, {})]))),
    effect(() => {
      map.getSource('doubt').setData(collection(doubt.value === null ? [] : [circleAround(doubt.value)]));
      lookAtDoubt(doubt.value);
    }),
    effect(() => {
      theme.value;
      requestAnimationFrame(paint);
    }),
    effect(() => {
      const at = lookAt.value;
      if (at !== null) map.easeTo({ center: [at.lon, at.lat], zoom: Math.max(map.getZoom(), at.zoom), duration: calm() ? 0 : 400 });
    }),
  ];
}

let before = null; // where the map looked when the form was opened

/** Around the doubt while a form is open, clear of the key; then back. */
function lookAtDoubt(place) {
  const duration = calm() ? 0 : 400;
  if (place !== null) {
    before ??= { center: map.getCenter(), zoom: map.getZoom() };
    map.fitBounds(boxAround(place), { padding: { top: 60, left: 40, right: 40, bottom: 100 }, maxZoom: 13, duration });
  } else if (before !== null) {
    map.easeTo({ ...before, duration });
    before = null;
  }
}

const M_PER_DEGREE = 111_320;
const CORNERS = 64;
const CLOSE_M = 150; // a house at 30 m is drawn so that it can be seen

function reachOf({ lat, radius_m }) {
  const north = Math.max(radius_m, CLOSE_M) / M_PER_DEGREE;
  return [north / Math.cos((lat * Math.PI) / 180), north];
}

function circleAround(place) {
  const [east, north] = reachOf(place);
  const ring = Array.from({ length: CORNERS + 1 }, (_, n) => (n * 2 * Math.PI) / CORNERS).map((turn) => [place.lon + east * Math.cos(turn), place.lat + north * Math.sin(turn)]);
  return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: {} };
}

function boxAround(place) {
  const [east, north] = reachOf(place);
  return [[place.lon - east, place.lat - north], [place.lon + east, place.lat + north]];
}

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Draws at most five times a second, whatever the storm. */
function soon(read, show) {
  let timer = null;
  let latest = null;
  const stop = effect(() => {
    latest = read();
    timer ??= setTimeout(() => {
      timer = null;
      if (map !== null) show(latest);
    }, REDRAW_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function outagePoints(rows, chosen) {
  return collection(
    rows.filter(({ outage }) => outage.lon !== null)
      .map(({ outage, urgency }, n) => point(outage.lon, outage.lat, {
        id: outage.id, number: outage.number, urgency, calls: outage.call_count, chosen: outage.id === chosen, rank: -n,
      })),
  );
}

function crewPoints(all) {
  return collection(
    all.filter((crew) => crew.lon != null && crew.state !== 'off_duty')
      .map((crew) => {
        const age = crew.position_at ? ageOf(crew.position_at) : null;
        return point(crew.lon, crew.lat, { id: crew.crew_id, name: crew.name, state: crew.state, age: age ?? -1, stale: age === null || age > STALE_S });
      }),
  );
}

/** Counties over the whole territory, then townships, then villages: layer, source, from and to which zoom, size. */
const NAMES = [['county-name', 'county', 0, 9, 13], ['township-name', 'township', 8.5, 11.5, 11], ['area-name', 'areas', 11.5, 24, 11]];
const FONT = ['Noto Sans CJK SC', 'Noto Sans', 'sans-serif'];

function addLayers() {
  const empty = { type: 'geojson', data: collection([]) };
  ['areas', 'county', 'township', 'doubt', 'outages', 'crews', 'pin'].forEach((name) => map.addSource(name, { ...empty }));
  const add = (id, type, source, more = {}) => map.addLayer({ id, type, source, ...more });
  add('area-fill', 'fill', 'areas');
  add('area-line', 'line', 'areas', { paint: { 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 0.3, 13, 1.2], 'line-opacity': ['interpolate', ['linear'], ['zoom'], 7.5, 0.25, 10, 1] } });
  for (const [id, source, minzoom, maxzoom, size] of NAMES) {
    add(id, 'symbol', source, { minzoom, maxzoom, layout: { 'text-field': ['get', 'name'], 'text-size': size, 'text-font': FONT, 'text-max-width': 7 } });
  }
  add('doubt-fill', 'fill', 'doubt');
  add('doubt-line', 'line', 'doubt');
  add('crew-square', 'symbol', 'crews', { layout: { 'icon-image': ['concat', 'crew-', ['get', 'state'], ['case', ['get', 'stale'], '-stale', '']], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
    'text-field': ['step', ['zoom'], '', 10.5, ['get', 'name']], 'text-font': FONT, 'text-size': 11, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-optional': true } });
  add('outage-halo', 'circle', 'outages', { filter: ['get', 'chosen'] });
  add('outage-dot', 'circle', 'outages', { layout: { 'circle-sort-key': ['get', 'rank'] } });
  add('pin', 'circle', 'pin');
  paint();
}

function paint() {
  if (map === null || !map.getLayer('pin')) return;
  const set = (layer, values) => Object.entries(values).forEach(([name, value]) => map.setPaintProperty(layer, name, value));
  set('ground', { 'background-color': colour('map-ground') });
  set('area-fill', { 'fill-color': byProperty('area_class', CLASSES, 'map-'), 'fill-opacity': 1, 'fill-antialias': false });
  set('doubt-fill', { 'fill-color': colour('focus'), 'fill-opacity': 0.12 });
  set('doubt-line', { 'line-color': colour('focus'), 'line-width': 2, 'line-dasharray': [3, 2] });
  set('area-line', { 'line-color': colour('map-line') });
  NAMES.forEach(([id]) => set(id, { 'text-color': colour('soft'), 'text-halo-color': colour('map-ground'), 'text-halo-width': 1.2 }));
  set('crew-square', { 'text-color': colour('ink'), 'text-halo-color': colour('map-ground'), 'text-halo-width': 1.4 });
  set('outage-halo', { 'circle-radius': 15, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 2.5, 'circle-stroke-color': colour('focus') });
  set('outage-dot', {
    'circle-radius': ['interpolate', ['linear'], ['zoom'], 7, ['min', 9, ['+', 4, ['ln', ['get', 'calls']]]], 13, ['min', 14, ['+', 7, ['ln', ['get', 'calls']]]]],
    'circle-color': byProperty('urgency', URGENCIES, 'u-'), 'circle-stroke-width': 1.5, 'circle-stroke-color': colour('map-edge'),
  });
  set('pin', { 'circle-radius': 8, 'circle-color': colour('focus'), 'circle-stroke-width': 3, 'circle-stroke-color': colour('panel') });
  CREW_STATES.forEach((state) => [false, true].forEach((stale) => drawCrew(state, stale)));
}

const ICON_PX = 15;

/** A square on its corner, so that crews and outages differ in shape, not only in colour; hollow when the fix is old. */
function drawCrew(state, stale) {
  const ratio = 2;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = ICON_PX * ratio;
  const pen = canvas.getContext('2d');
  const middle = canvas.width / 2;
  const reach = middle - 3;
  pen.moveTo(middle, middle - reach);
  pen.lineTo(middle + reach, middle);
  pen.lineTo(middle, middle + reach);
  pen.lineTo(middle - reach, middle);
  pen.closePath();
  pen.fillStyle = stale ? colour('map-ground') : colour(`crew-${state}`);
  pen.strokeStyle = stale ? colour(`crew-${state}`) : colour('map-edge');
  pen.lineWidth = stale ? 4 : 2.5;
  pen.fill();
  pen.stroke();
  const name = `crew-${state}${stale ? '-stale' : ''}`;
  const image = pen.getImageData(0, 0, canvas.width, canvas.height);
  if (map.hasImage(name)) map.updateImage(name, image);
  else map.addImage(name, image, { pixelRatio: ratio });
}

function listenToPointer() {
  const tip = new library.Popup({ closeButton: false, closeOnClick: false, offset: 12, className: 'map-tip' });
  map.on('click', (event) => {
    if (pinning.value) {
      pin.value = { lon: event.lngLat.lng, lat: event.lngLat.lat };
      return;
    }
    const [found] = map.queryRenderedFeatures(event.point, { layers: ['outage-dot'] });
    if (found !== undefined) openOutage(found.properties.id, false);
  });
  map.on('mousemove', (event) => {
    const [found] = map.queryRenderedFeatures(event.point, { layers: ['outage-dot', 'crew-square'] });
    map.getCanvas().style.cursor = pinning.value ? 'crosshair' : found?.layer.id === 'outage-dot' ? 'pointer' : '';
    if (found === undefined) return tip.remove();
    tip.setLngLat(found.geometry.coordinates).setText(tipText(found)).addTo(map);
  });
  map.on('mouseout', () => tip.remove());
}

function tipText({ layer, properties }) {
  if (layer.id === 'outage-dot') return `${properties.number} · ${word('urgency', properties.urgency)} · ${t('board.col.calls')} ${properties.calls}`;
  const values = { name: properties.name, state: word('crew_state', properties.state), ago: span(Math.max(0, properties.age)) };
  return t(properties.age < 0 ? 'map.crew_free_of_position' : 'map.crew_age', values);
}

function showWhole() {
  if (map === null || areas.value === null) return;
  const bounds = new library.LngLatBounds();
  const take = (coordinates) => (typeof coordinates[0] === 'number' ? bounds.extend(coordinates) : coordinates.forEach(take));
  areas.value.features.forEach((feature) => take(feature.geometry.coordinates));
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 24, duration: 0 });
}
