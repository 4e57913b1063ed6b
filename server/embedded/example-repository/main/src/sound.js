const VOLUME = 0.4;
const sounds = new Map();

/** Plays `assets/<name>.wav`. Browsers keep quiet until a key was pressed. */
export function play(name) {
  let sound = sounds.get(name);
  if (!sound) {
    sound = new Audio(`assets/${name}.wav`);
    sound.volume = VOLUME;
    sounds.set(name, sound);
  }
  sound.currentTime = 0;
  sound.play().catch(() => {});
}
