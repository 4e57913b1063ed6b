const STEP_MS = 1000 / 60;

/** Calls `step` sixty times a second of game time, and `draw` once a frame of the screen. */
export function startLoop(step, draw) {
  let behind = 0;
  let last = performance.now();
  function frame(now) {
    // After a pause the game goes on where it was; it does not catch up.
    behind = Math.min(behind + now - last, 100);
    last = now;
    for (; behind >= STEP_MS; behind -= STEP_MS) step();
    draw();
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
}
