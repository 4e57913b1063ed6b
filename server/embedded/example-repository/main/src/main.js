import { follow, newCamera } from './camera.js';
import { moveFeathers, scatter } from './feathers.js';
import { describe, newGame, stepGame } from './game.js';
import { watchKeys } from './keyboard.js';
import { loadLevel } from './level.js';
import { startLoop } from './loop.js';
import { drawScene } from './scene.js';
import { play } from './sound.js';
import { loadSprites } from './sprites.js';

/** How many feathers each event costs. */
const FEATHERS = { hop: 2, fall: 14 };

const context = document.querySelector('#game').getContext('2d');
const status = document.querySelector('#status');
const [sprites, level] = await Promise.all([loadSprites(), loadLevel('assets/forest.tmj')]);
const keys = watchKeys(() => (game = newGame(level)));
const camera = newCamera();
let game = newGame(level);
let feathers = [];

function step() {
  const { x, y } = game.bird;
  for (const event of stepGame(game, keys)) {
    if (event !== 'land') play(event);
    scatter(feathers, { x, y: Math.min(y, level.height - 24) }, FEATHERS[event] ?? 0);
  }
  feathers = moveFeathers(feathers);
  follow(camera, game.bird, level, context.canvas.width);
  const text = describe(game);
  if (status.textContent !== text) status.textContent = text;
}

startLoop(step, () => drawScene(context, sprites, game, camera, feathers));
