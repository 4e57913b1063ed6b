const SPEED = 0.45;
export const SIZE = 16;

/** It runs to and fro on the branch that it calls its own. */
export function newSquirrel({ name, x, y, width }) {
  return { name, x: x + width / 2, y, from: x, to: x + width - SIZE, vx: SPEED };
}

export function moveSquirrel(squirrel) {
  squirrel.x += squirrel.vx;
  if (squirrel.x <= squirrel.from) squirrel.vx = SPEED;
  if (squirrel.x >= squirrel.to) squirrel.vx = -SPEED;
}
