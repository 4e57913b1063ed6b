// Pixels and steps of a sixtieth of a second.
export const SIZE = 16;
export const GRAVITY = 0.28;
export const HOP = -5.2;
export const SPEED = 1.7;
const FASTEST_FALL = 5;
/** A key pressed a little too early still counts when the bird lands. */
const PATIENCE = 6;

export function newBird({ x, y }) {
  return { x, y, vx: 0, vy: 0, facing: 1, onBranch: false, hopWanted: 0, wasHeld: false };
}

/** One step in a bird's life. Tells what happened: 'hop', 'land' or nothing. */
export function moveBird(bird, keys, isBranch) {
  const wasOnBranch = bird.onBranch;
  const goal = (keys.right ? SPEED : 0) - (keys.left ? SPEED : 0);
  bird.vx += (goal - bird.vx) * 0.3;
  if (goal !== 0) bird.facing = Math.sign(goal);

  bird.hopWanted = keys.hop && !bird.wasHeld ? PATIENCE : Math.max(0, bird.hopWanted - 1);
  bird.wasHeld = keys.hop;
  const hops = bird.hopWanted > 0 && bird.onBranch;
  if (hops) {
    bird.vy = HOP;
    bird.hopWanted = 0;
  }
  // Letting go early makes a smaller hop.
  if (bird.vy < -2 && !keys.hop) bird.vy = -2;

  bird.vy = Math.min(bird.vy + GRAVITY, FASTEST_FALL);
  bird.x = Math.max(0, bird.x + bird.vx);
  const feet = bird.y + SIZE;
  bird.y += bird.vy;
  bird.onBranch = false;
  if (bird.vy > 0) land(bird, feet, isBranch);
  if (hops) return 'hop';
  return bird.onBranch && !wasOnBranch ? 'land' : undefined;
}

/** On a branch from above; from below a bird flies through it. */
function land(bird, feet, isBranch) {
  const row = Math.floor((bird.y + SIZE) / 16);
  const cameFromAbove = feet <= row * 16 + 1;
  const isThere = isBranch(bird.x + 4, row * 16) || isBranch(bird.x + SIZE - 5, row * 16);
  if (!cameFromAbove || !isThere) return;
  bird.y = row * 16 - SIZE;
  bird.vy = 0;
  bird.onBranch = true;
}
