import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { newGame, stepGame } from '../src/game.js';
import { readLevel } from '../src/level.js';

const file = new URL('../assets/forest.tmj', import.meta.url);
const level = readLevel(JSON.parse(await readFile(file, 'utf8')));

test('the bird starts above a branch', () => {
  const rows = Array.from({ length: level.rows }, (_, row) => row * 16);
  assert.ok(rows.some((y) => y >= level.start.y && level.isBranch(level.start.x + 8, y)));
});

test('every squirrel has a branch under its whole way', () => {
  for (const { x, y, width } of level.squirrels) {
    for (let at = x; at < x + width; at += 16) assert.ok(level.isBranch(at, y + 16), `${at}, ${y}`);
  }
});

test('a bird that flies to the right, and hops where a branch ends, reaches the nest', () => {
  const game = newGame({ ...level, squirrels: [] });
  const keys = { left: false, right: true, hop: false };
  for (let i = 0; i < 60 * 60 && game.bird.x < level.nest.x; i++) {
    const { x, y, onBranch, vy } = game.bird;
    keys.hop = vy < 0 || (onBranch && !level.isBranch(x + 16, y + 16));
    stepGame(game, keys);
  }
  assert.ok(game.bird.x >= level.nest.x, `it got to ${Math.round(game.bird.x)} of ${level.width}`);
});
