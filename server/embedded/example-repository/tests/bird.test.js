import assert from 'node:assert/strict';
import test from 'node:test';
import { moveBird, newBird, SIZE } from '../src/bird.js';

const still = { left: false, right: false, hop: false };
const branch = (x, y) => y >= 160 && y < 176;

test('a bird falls until it stands on a branch', () => {
  const bird = newBird(20, 100);
  for (let i = 0; i < 120; i++) moveBird(bird, still, branch);
  assert.equal(bird.y, 160 - SIZE);
  assert.equal(bird.onBranch, true);
});

test('a bird hops only from a branch', () => {
  const bird = newBird(20, 100);
  assert.equal(moveBird(bird, { ...still, hop: true }, branch), false);
  for (let i = 0; i < 120; i++) moveBird(bird, still, branch);
  assert.equal(moveBird(bird, { ...still, hop: true }, branch), true);
  assert.ok(bird.vy < 0);
});
