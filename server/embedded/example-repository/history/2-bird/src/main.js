import { moveBird, newBird } from './bird.js';
import { watchKeys } from './keyboard.js';
import { startLoop } from './loop.js';

const context = document.querySelector('#game').getContext('2d');
const image = new Image();
image.src = 'assets/bird.png';
await image.decode();
const start = { x: 24, y: 100 };
const keys = watchKeys(() => (bird = newBird(start)));
let bird = newBird(start);

/** One long branch, until there is a forest. */
const isBranch = (x, y) => y >= 160 && y < 176;

function draw() {
  const { width, height } = context.canvas;
  context.fillStyle = '#c9e9f2';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#7a4a2b';
  context.fillRect(0, 160, width, 11);
  context.drawImage(image, bird.onBranch ? 0 : 32, 0, 16, 16, Math.round(bird.x), Math.round(bird.y), 16, 16);
}

startLoop(() => moveBird(bird, keys, isBranch), draw);
