import { follow, newCamera } from './camera.js';
import { describe, newGame, stepGame } from './game.js';
import { watchKeys } from './keyboard.js';
import { loadLevel } from './level.js';
import { startLoop } from './loop.js';
import { drawScene } from './scene.js';
import { loadSprites } from './sprites.js';

const context = document.querySelector('#game').getContext('2d');
const status = document.querySelector('#status');
const [sprites, level] = await Promise.all([loadSprites(), loadLevel('assets/forest.tmj')]);
const keys = watchKeys(() => (game = newGame(level)));
const camera = newCamera();
let game = newGame(level);

function step() {
  stepGame(game, keys);
  follow(camera, game.bird, level, context.canvas.width);
  const text = describe(game);
  if (status.textContent !== text) status.textContent = text;
}

startLoop(step, () => drawScene(context, sprites, game, camera));
