const TILE = 16;

export function drawScene(context, sprites, game, camera) {
  const x = Math.round(camera.x);
  context.fillStyle = '#c9e9f2';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.save();
  context.translate(-x, 0);
  for (const layer of ['canopy', 'trees', 'leaves', 'branches']) {
    drawTiles(context, sprites.tiles, game.level, layer, x);
  }
  drawSprite(context, sprites.bird, birdFrame(game.bird), game.bird, game.bird.facing);
  context.restore();
}

/** Perched, or wings up or down. */
function birdFrame({ onBranch, vy }) {
  if (onBranch) return 0;
  return vy < 0 ? 3 : 2;
}

function drawSprite(context, image, frame, { x, y }, facing) {
  context.save();
  context.translate(Math.round(x) + TILE / 2, Math.round(y));
  context.scale(facing, 1);
  context.drawImage(image, frame * TILE, 0, TILE, TILE, -TILE / 2, 0, TILE, TILE);
  context.restore();
}

function drawTiles(context, image, level, layer, left) {
  const columns = image.width / TILE;
  const first = Math.floor(left / TILE);
  const last = Math.ceil((left + context.canvas.width) / TILE);
  for (let row = 0; row < level.rows; row++) {
    for (let column = first; column <= last; column++) {
      const tile = level.tileAt(layer, column, row) - 1;
      if (tile < 0) continue;
      const [fromX, fromY] = [(tile % columns) * TILE, Math.floor(tile / columns) * TILE];
      context.drawImage(image, fromX, fromY, TILE, TILE, column * TILE, row * TILE, TILE, TILE);
    }
  }
}
