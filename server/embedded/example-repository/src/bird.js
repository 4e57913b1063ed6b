export const GRAVITY = 0.28;
export const HOP = -5.2;
export const SPEED = 1.7;
export const SIZE = 14;

export function newBird(x, y) {
  return { x, y, vx: 0, vy: 0, facing: 1, onBranch: false };
}

/** One sixtieth of a second in a bird's life. */
export function moveBird(bird, keys, isSolid) {
  bird.vx = (keys.right ? SPEED : 0) - (keys.left ? SPEED : 0);
  if (bird.vx !== 0) bird.facing = Math.sign(bird.vx);
  const hopped = keys.hop && bird.onBranch;
  if (hopped) bird.vy = HOP;
  bird.vy = Math.min(bird.vy + GRAVITY, 6);
  bird.x += bird.vx;
  const feet = bird.y + SIZE;
  bird.onBranch = false;
  bird.y += bird.vy;
  // A bird lands on a branch from above and flies through it from below.
  if (bird.vy > 0) {
    const row = Math.floor((bird.y + SIZE) / 16);
    const above = feet <= row * 16 + 1;
    if (above && (isSolid(bird.x + 3, row * 16) || isSolid(bird.x + SIZE - 3, row * 16))) {
      bird.y = row * 16 - SIZE;
      bird.vy = 0;
      bird.onBranch = true;
    }
  }
  return hopped;
}
