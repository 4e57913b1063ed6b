export async function loadSprites() {
  const [bird, seed, tiles] = await Promise.all(['bird', 'seed', 'tiles'].map(loadImage));
  return { bird, seed, tiles };
}

function loadImage(name) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`assets/${name}.png cannot be shown`));
    image.src = `assets/${name}.png`;
  });
}

export function drawScene(context, sprites, level, game) {
  const { width, height } = context.canvas;
  const left = Math.round(Math.max(0, Math.min(game.bird.x - width / 2, level.width - width)));
  const top = Math.round(level.height - height);
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#bfe3ff');
  sky.addColorStop(1, '#f2fbff');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  drawHills(context, left, width, height);
  context.save();
  context.translate(-left, -top);
  for (let row = 0; row < level.rows; row++) {
    for (let column = 0; column < level.columns; column++) {
      const tile = level.tileAt(column, row);
      if (tile > 0) context.drawImage(sprites.tiles, (tile - 1) * 16, 0, 16, 16, column * 16, row * 16, 16, 16);
    }
  }
  for (const seed of game.seeds) {
    context.drawImage(sprites.seed, seed.x, seed.y + Math.sin(game.time / 12 + seed.x) * 2);
  }
  const { bird } = game;
  context.translate(bird.x + 7, bird.y + 7);
  context.scale(bird.facing, 1);
  context.drawImage(sprites.bird, bird.onBranch ? 0 : 16, 0, 16, 16, -8, -8, 16, 16);
  context.restore();
}

function drawHills(context, left, width, height) {
  for (const [speed, base, color] of [
    [0.15, 62, '#cfe8d5'],
    [0.35, 40, '#a9d6b4'],
  ]) {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 4) {
      context.lineTo(x, height - base - Math.sin((x + left * speed) / 37) * 14 - Math.sin((x + left * speed) / 13) * 3);
    }
    context.lineTo(width, height);
    context.fill();
  }
}
