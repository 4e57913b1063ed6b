import { moveBird, newBird, SIZE } from './bird.js';

export function newGame(level) {
  return {
    level,
    bird: newBird(level.start),
    seeds: level.seeds.map(({ x, y }) => ({ x, y })),
    steps: 0,
    isHome: false,
  };
}

/** One step. Returns what there is to hear: 'hop', 'land', 'seed', 'fall' or 'home'. */
export function stepGame(game, keys) {
  const { bird, level } = game;
  const heard = [];
  if (!game.isHome) game.steps++;
  const event = moveBird(bird, keys, level.isBranch);
  if (event) heard.push(event);

  const left = game.seeds.filter((seed) => !touches(bird, seed, 12));
  if (left.length < game.seeds.length) heard.push('seed');
  game.seeds = left;

  if (bird.y > level.height + SIZE) {
    heard.push('fall');
    // The seeds it has, it keeps.
    game.bird = newBird(level.start);
  } else if (!game.isHome && left.length === 0 && touches(bird, level.nest, 18)) {
    game.isHome = true;
    heard.push('home');
  }
  return heard;
}

/** For the line above the picture. */
export function describe(game) {
  const seconds = (game.steps / 60).toFixed(1);
  if (game.isHome) return `Home after ${seconds} s! R to fly again.`;
  const { length } = game.seeds;
  if (length === 0) return 'All seeds found. Now home, to the nest!';
  return `${game.level.seeds.length - length} of ${game.level.seeds.length} seeds`;
}

function touches(one, other, distance) {
  return Math.abs(one.x - other.x) < distance && Math.abs(one.y - other.y) < distance;
}
