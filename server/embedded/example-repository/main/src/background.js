/** Far things move less: how much of the camera's way, how high above the bottom, and which colour. */
const HILLS = [
  { pace: 0.1, base: 74, height: 18, length: 61, color: '#a9d3d6' },
  { pace: 0.22, base: 50, height: 14, length: 43, color: '#84bfae' },
  { pace: 0.4, base: 26, height: 10, length: 29, color: '#5fa588' },
];
const CLOUDS = [
  { x: 30, y: 22, size: 11 },
  { x: 150, y: 40, size: 8 },
  { x: 255, y: 16, size: 13 },
  { x: 390, y: 34, size: 9 },
];

export function drawBackground(context, cameraX, steps) {
  const { width, height } = context.canvas;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#7cc4f2');
  sky.addColorStop(0.55, '#c9e9f2');
  sky.addColorStop(0.85, '#fdebc8');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  drawSun(context, 244 - cameraX * 0.03, 92);
  for (const cloud of CLOUDS) drawCloud(context, cloud, cameraX, steps);
  for (const hill of HILLS) drawHill(context, hill, cameraX);
}

function drawSun(context, x, y) {
  for (const [radius, color] of [
    [34, '#fff6d833'],
    [24, '#fff6d866'],
    [15, '#fff3c4'],
  ]) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawCloud(context, { x, y, size }, cameraX, steps) {
  const span = context.canvas.width + 160;
  const left = ((((x - cameraX * 0.06 + steps * 0.04) % span) + span) % span) - 60;
  context.fillStyle = '#ffffffcc';
  for (const [dx, dy, scale] of [
    [0, 0, 1],
    [1.1, 0.25, 0.75],
    [-1.1, 0.3, 0.65],
    [2, 0.5, 0.45],
  ]) {
    context.beginPath();
    context.arc(Math.round(left + dx * size), Math.round(y + dy * size), size * scale, Math.PI, 0);
    context.fill();
  }
}

function drawHill(context, { pace, base, height, length, color }, cameraX) {
  const { width, height: bottom } = context.canvas;
  context.fillStyle = color;
  for (let x = 0; x < width; x++) {
    const at = x + cameraX * pace;
    const top = base + Math.sin(at / length) * height + Math.sin(at / (length / 3.3)) * (height / 4);
    context.fillRect(x, Math.round(bottom - top), 1, Math.round(top));
  }
}
