/** Follows the bird a little ahead of its beak, and shows nothing beyond the forest. */
export function newCamera() {
  return { x: 0 };
}

export function follow(camera, bird, level, width) {
  const goal = bird.x + 8 + bird.facing * 24 - width / 2;
  camera.x += (goal - camera.x) * 0.08;
  camera.x = Math.max(0, Math.min(camera.x, level.width - width));
}
