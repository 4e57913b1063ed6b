import { moveBird, newBird } from './bird.js';
import { follow, newCamera } from './camera.js';
import { watchKeys } from './keyboard.js';
import { loadLevel } from './level.js';
import { startLoop } from './loop.js';
import { drawScene } from './scene.js';
import { loadSprites } from './sprites.js';

const context = document.querySelector('#game').getContext('2d');
const [sprites, level] = await Promise.all([loadSprites(), loadLevel('assets/forest.tmj')]);
const keys = watchKeys(restart);
const camera = newCamera();
let bird = newBird(level.start);

function restart() {
  bird = newBird(level.start);
}

function step() {
  moveBird(bird, keys, level.isBranch);
  if (bird.y > level.height) restart();
  follow(camera, bird, level, context.canvas.width);
}

startLoop(step, () => drawScene(context, sprites, { level, bird }, camera));
