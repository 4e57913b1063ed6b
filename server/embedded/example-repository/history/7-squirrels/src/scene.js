import { drawBackground } from './background.js';

const TILE = 16;

export function drawScene(context, sprites, game, camera) {
  const x = Math.round(camera.x);
  drawBackground(context, x, game.steps);
  context.save();
  context.translate(-x, 0);
  for (const layer of ['canopy', 'trees', 'leaves', 'branches']) {
    drawTiles(context, sprites.tiles, game.level, layer, x);
  }
  for (const seed of game.seeds) {
    context.drawImage(sprites.seed, seed.x, Math.round(seed.y + Math.sin(game.steps / 14 + seed.x) * 2));
  }
  for (const squirrel of game.squirrels) {
    drawSprite(context, sprites.squirrel, Math.floor(game.steps / 10) % 2, squirrel, Math.sign(squirrel.vx));
  }
  drawSprite(context, sprites.bird, birdFrame(game), game.bird, game.bird.facing);
  context.restore();
}

/** Perched, blinking, wings up, wings down. */
function birdFrame({ bird, steps }) {
  if (bird.onBranch) return steps % 150 < 8 ? 1 : 0;
  return bird.vy < 0 && Math.floor(steps / 5) % 2 === 0 ? 3 : 2;
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
