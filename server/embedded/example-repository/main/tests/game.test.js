import assert from 'node:assert/strict';
import test from 'node:test';
import { describe, newGame, stepGame } from '../src/game.js';

const still = { left: false, right: false, hop: false };
const level = {
  width: 320,
  height: 192,
  isBranch: (x, y) => x < 200 && y >= 160 && y < 176,
  start: { x: 20, y: 144 },
  nest: { x: 100, y: 144 },
  seeds: [
    { x: 24, y: 144 },
    { x: 60, y: 144 },
  ],
  squirrels: [],
};

test('a seed is found by touching it', () => {
  const game = newGame(level);
  assert.ok(stepGame(game, still).includes('seed'));
  assert.equal(describe(game), '1 of 2 seeds');
});

test('home counts once all seeds are found', () => {
  const game = newGame(level);
  const heard = [];
  for (let i = 0; i < 120; i++) heard.push(...stepGame(game, { ...still, right: true }));
  assert.equal(heard.filter((event) => event === 'home').length, 1);
  assert.match(describe(game), /^Home after/);
});

test('a bird that falls starts again and keeps its seeds', () => {
  const game = newGame(level);
  game.bird.x = 250;
  game.seeds.pop();
  const heard = [];
  for (let i = 0; i < 120; i++) heard.push(...stepGame(game, still));
  assert.ok(heard.includes('fall'));
  assert.ok(game.seeds.length <= 1);
  assert.ok(game.bird.x < 200);
});

test('a squirrel chases the bird away', () => {
  const game = newGame({ ...level, squirrels: [{ name: 'Sciurus', x: 20, y: 144, width: 48 }] });
  const heard = Array.from({ length: 120 }, () => stepGame(game, still)).flat();
  assert.ok(heard.includes('fall'));
});
