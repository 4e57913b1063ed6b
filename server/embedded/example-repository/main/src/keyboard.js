const KEYS = {
  ArrowLeft: 'left',
  KeyA: 'left',
  ArrowRight: 'right',
  KeyD: 'right',
  Space: 'hop',
  ArrowUp: 'hop',
  KeyW: 'hop',
};

/** Which keys are down, also those on the screen. `onRestart` hears R. */
export function watchKeys(onRestart) {
  const keys = { left: false, right: false, hop: false };
  addEventListener('keydown', (event) => {
    if (event.code === 'KeyR' && !event.ctrlKey && !event.metaKey) onRestart();
    if (!(event.code in KEYS)) return;
    keys[KEYS[event.code]] = true;
    event.preventDefault();
  });
  addEventListener('keyup', (event) => {
    if (event.code in KEYS) keys[KEYS[event.code]] = false;
  });
  addEventListener('blur', () => Object.assign(keys, { left: false, right: false, hop: false }));
  for (const button of document.querySelectorAll('[data-key]')) {
    const press = (down) => () => (keys[button.dataset.key] = down);
    button.addEventListener('pointerdown', press(true));
    for (const type of ['pointerup', 'pointercancel', 'pointerleave']) button.addEventListener(type, press(false));
  }
  return keys;
}
