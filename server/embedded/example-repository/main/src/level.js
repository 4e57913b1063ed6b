/** The forest, as Tiled saved it. */
export async function loadLevel(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded: ${response.status}`);
  return readLevel(await response.json());
}

/** A bird stands on the tiles of the layer `branches` alone; the others are there to look at. */
export function readLevel(map) {
  const layer = (name) => map.layers.find((one) => one.name === name);
  const objects = [...layer('seeds').objects, ...layer('places').objects];
  const ofType = (type) => objects.filter((object) => object.type === type);
  const tile = map.tilewidth;
  const tileAt = (name, column, row) =>
    column < 0 || column >= map.width || row < 0 || row >= map.height
      ? 0
      : layer(name).data[row * map.width + column];
  return {
    width: map.width * tile,
    height: map.height * map.tileheight,
    columns: map.width,
    rows: map.height,
    tileAt,
    isBranch: (x, y) => [1, 2, 3].includes(tileAt('branches', Math.floor(x / tile), Math.floor(y / tile))),
    start: ofType('start')[0],
    nest: ofType('nest')[0],
    seeds: ofType('seed'),
    squirrels: ofType('squirrel'),
  };
}
