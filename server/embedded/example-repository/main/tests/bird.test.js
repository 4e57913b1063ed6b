import assert from 'node:assert/strict';
import test from 'node:test';
import { moveBird, newBird, SIZE } from '../src/bird.js';

const still = { left: false, right: false, hop: false };
const hopping = { ...still, hop: true };
const branch = (x, y) => y >= 160 && y < 176;

function perched() {
  const bird = newBird({ x: 20, y: 100 });
  for (let i = 0; i < 120; i++) moveBird(bird, still, branch);
  return bird;
}

test('a bird falls until it stands on a branch', () => {
  const bird = perched();
  assert.equal(bird.y, 160 - SIZE);
  assert.equal(bird.onBranch, true);
});

test('a bird hops only from a branch', () => {
  const bird = newBird({ x: 20, y: 100 });
  assert.equal(moveBird(bird, hopping, branch), undefined);
  assert.equal(moveBird(perched(), hopping, branch), 'hop');
});

test('a key that stays down is one hop', () => {
  const bird = perched();
  const hops = Array.from({ length: 300 }, () => moveBird(bird, hopping, branch)).filter((event) => event === 'hop');
  assert.equal(hops.length, 1);
});

test('a short press is a small hop', () => {
  const top = (steps) => {
    const bird = perched();
    let highest = bird.y;
    for (let i = 0; i < 60; i++) {
      moveBird(bird, i < steps ? hopping : still, branch);
      highest = Math.min(highest, bird.y);
    }
    return highest;
  };
  assert.ok(top(2) > top(30) + 16);
});
