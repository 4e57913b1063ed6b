/** Falling is no reason to wake the house. */
const VOLUMES = { hop: 0.15, seed: 0.3, fall: 0.2, home: 0.4 };
const sounds = new Map();

/** Plays `assets/<name>.wav`. Browsers keep quiet until a key was pressed. */
export function play(name) {
  let sound = sounds.get(name);
  if (!sound) {
    sound = new Audio(`assets/${name}.wav`);
    sound.volume = VOLUMES[name] ?? 0.3;
    sounds.set(name, sound);
  }
  sound.currentTime = 0;
  sound.play().catch(() => {});
}
