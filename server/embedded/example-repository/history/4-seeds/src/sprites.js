const NAMES = ['bird', 'seed', 'tiles'];

export async function loadSprites() {
  const images = await Promise.all(NAMES.map(loadImage));
  return Object.fromEntries(NAMES.map((name, index) => [name, images[index]]));
}

function loadImage(name) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`assets/${name}.png cannot be shown`));
    image.src = `assets/${name}.png`;
  });
}
