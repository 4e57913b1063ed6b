import { startLoop } from './loop.js';

const context = document.querySelector('#game').getContext('2d');
let steps = 0;

function draw() {
  const { width, height } = context.canvas;
  context.fillStyle = '#c9e9f2';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#2b2140';
  context.fillRect((steps / 2) % width, height / 2, 4, 4);
}

startLoop(() => steps++, draw);
