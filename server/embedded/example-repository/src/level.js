/** The forest, as Tiled saved it. */
export async function loadLevel(url) {
  const map = await (await fetch(url)).json();
  return readLevel(map);
}

export function readLevel(map) {
  const tiles = map.layers.find((layer) => layer.name === 'branches').data;
  const seeds = map.layers.find((layer) => layer.name === 'seeds').objects.map(({ x, y }) => ({ x, y }));
  const tileAt = (column, row) =>
    column < 0 || column >= map.width || row < 0 || row >= map.height ? 0 : tiles[row * map.width + column];
  return {
    width: map.width * map.tilewidth,
    height: map.height * map.tileheight,
    columns: map.width,
    rows: map.height,
    seeds,
    tileAt,
    /** Leaves are no branch: only the first two tiles carry a bird. */
    isSolid: (x, y) => [1, 2].includes(tileAt(Math.floor(x / 16), Math.floor(y / 16))),
  };
}
