import { moveBird, newBird, SIZE } from './bird.js';
import { loadLevel } from './level.js';
import { startLoop } from './loop.js';
import { play } from './sound.js';
import { drawScene, loadSprites } from './sprites.js';

const KEYS = { ArrowLeft: 'left', KeyA: 'left', ArrowRight: 'right', KeyD: 'right', Space: 'hop', ArrowUp: 'hop' };

const canvas = document.querySelector('#game');
const status = document.querySelector('#status');
const context = canvas.getContext('2d');
const [sprites, level] = await Promise.all([loadSprites(), loadLevel('assets/forest.tmj')]);
const keys = { left: false, right: false, hop: false };
let game = newGame();

function newGame() {
  return { bird: newBird(24, 180), seeds: level.seeds.map((seed) => ({ ...seed })), time: 0 };
}

addEventListener('keydown', (event) => {
  if (event.code === 'KeyR') game = newGame();
  if (!(event.code in KEYS)) return;
  keys[KEYS[event.code]] = true;
  event.preventDefault();
});
addEventListener('keyup', (event) => {
  if (event.code in KEYS) keys[KEYS[event.code]] = false;
});

function step() {
  game.time++;
  if (moveBird(game.bird, keys, level.isSolid)) play('hop');
  if (game.bird.y > level.height) {
    play('fall');
    game = newGame();
  }
  const left = game.seeds.filter(
    (seed) => Math.abs(seed.x - game.bird.x) > SIZE || Math.abs(seed.y - game.bird.y) > SIZE,
  );
  if (left.length < game.seeds.length) play('seed');
  game.seeds = left;
  status.textContent =
    left.length === 0 ? 'All seeds found! R to play again.' : `${left.length} of ${level.seeds.length} seeds left`;
}

startLoop(step, () => drawScene(context, sprites, level, game));
