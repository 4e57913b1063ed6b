const COLORS = ['#3f8cff', '#8cc4ff', '#ffffff'];

/** What flies about when a bird hops, lands, or meets a squirrel. */
export function scatter(feathers, { x, y }, count) {
  for (let i = 0; i < count; i++) {
    feathers.push({
      x: x + 8,
      y: y + 12,
      vx: (Math.random() - 0.5) * 2,
      vy: -Math.random() * 1.2,
      life: 30 + Math.random() * 30,
      color: COLORS[i % COLORS.length],
    });
  }
}

export function moveFeathers(feathers) {
  for (const feather of feathers) {
    feather.x += feather.vx + Math.sin(feather.life / 6) * 0.3;
    feather.y += feather.vy;
    feather.vx *= 0.96;
    feather.vy = Math.min(feather.vy + 0.03, 0.5);
    feather.life--;
  }
  return feathers.filter((feather) => feather.life > 0);
}
