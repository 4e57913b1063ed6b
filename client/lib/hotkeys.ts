import { useEffect, useRef } from 'react';

/** A key with its modifiers; `Mod` is Command on a Mac and Control elsewhere. */
export type Keys = `${'Mod+' | ''}${'Shift+' | ''}${'Alt+' | ''}${string}`;
export type Hotkey = { keys: readonly Keys[]; run: () => void };

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys as they are written on this system. */
export function writtenKeys(keys: Keys): string {
  const parts = keys.split('+');
  if (!isMac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+');
  const symbols: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };
  return parts.map((part) => symbols[part] ?? part).join('');
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
    // Alt makes another character of a key on many keyboards.
    (event.key.toLowerCase() === key.toLowerCase() || (event.altKey && event.code === `Key${key}`))
  );
}

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
