// Where the name of a county or a township stands on the map: in the middle of the areas that bear it. Pure.

/** One point a name: {name, lon, lat}. Townships of one name in two counties stay two. */
export function labelsOf(areas, property) {
  const found = new Map();
  for (const { properties, geometry } of areas.features) {
    const name = properties[property];
    if (!name) continue;
    const key = `${properties.county ?? ''} ${name}`;
    const label = found.get(key) ?? { name, lon: 0, lat: 0, areas: 0 };
    const [lon, lat] = middleOf(geometry.coordinates);
    label.lon += lon;
    label.lat += lat;
    label.areas += 1;
    found.set(key, label);
  }
  return [...found.values()].map(({ name, lon, lat, areas: n }) => ({ name, lon: lon / n, lat: lat / n }));
}

function middleOf(coordinates) {
  const box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  const take = (part) => {
    if (typeof part[0] !== 'number') return part.forEach(take);
    box.west = Math.min(box.west, part[0]);
    box.east = Math.max(box.east, part[0]);
    box.south = Math.min(box.south, part[1]);
    box.north = Math.max(box.north, part[1]);
  };
  take(coordinates);
  return [(box.west + box.east) / 2, (box.south + box.north) / 2];
}
