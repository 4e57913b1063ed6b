/** Calls `step` sixty times a second of game time and `draw` once a frame. */
export function startLoop(step, draw) {
  const stepMs = 1000 / 60;
  let behind = 0;
  let last = performance.now();
  function frame(now) {
    behind = Math.min(behind + now - last, 250);
    last = now;
    while (behind >= stepMs) {
      step();
      behind -= stepMs;
    }
    draw();
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);
}
