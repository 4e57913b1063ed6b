import { useEffect, useRef } from 'react';

/** A key with its modifiers; `Mod` is Command on a Mac and Control elsewhere. */
export type Keys = `${'Mod+' | ''}${'Shift+' | ''}${'Alt+' | ''}${string}`;
export type Hotkey = { keys: readonly Keys[]; run: () => void };

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Alt with a letter, which types nothing: but on a Mac, where Option does (`ą`
 * in Polish, `å` in English), it is Command and Option with one that neither the
 * system nor a browser has taken.
 */
export function altKeys(letter: string, macLetter: string): Keys {
  return isMac ? `Mod+Alt+${macLetter}` : `Alt+${letter}`;
}

/** As each system orders them. */
const MAC_SYMBOLS = { Alt: '⌥', Shift: '⇧', Mod: '⌘' };

/** The keys as they are written on this system. */
export function writtenKeys(keys: Keys): string {
  const parts = keys.split('+');
  if (!isMac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+');
  const symbols = Object.entries(MAC_SYMBOLS).map(([part, symbol]) => (parts.includes(part) ? symbol : ''));
  return symbols.join('') + parts.at(-1);
}

function isPressed(keys: Keys, event: KeyboardEvent): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1)!;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return (
    !other &&
    mod === parts.includes('Mod') &&
    event.shiftKey === parts.includes('Shift') &&
    event.altKey === parts.includes('Alt') &&
    (event.key.toLowerCase() === key.toLowerCase() || (isOtherCharacter(event) && event.code === `Key${key}`))
  );
}

/** Where Alt makes another character of a key, it is known by its place alone. */
const isOtherCharacter = ({ altKey, key }: KeyboardEvent): boolean => altKey && !/^[a-z]$/i.test(key);

/** Keys of the whole page. They go before the editor's own, and before the browser's where it lets them. */
export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const found = latest.current.find(({ keys }) => keys.some((each) => isPressed(each, event)));
      if (!found) return;
      event.preventDefault();
      event.stopPropagation();
      found.run();
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, []);
}
