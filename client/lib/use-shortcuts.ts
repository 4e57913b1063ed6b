import { useEffect, useRef } from 'react';

/** A key with Ctrl (Command on a Mac), as it is named in menus: `Shift+E` is Ctrl+Shift+E. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Keys of the whole page. They come before the editor's own and before the browser's, where it lets them. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const name = `${event.shiftKey ? 'Shift+' : ''}${event.key.toUpperCase()}`;
      const run = latest.current[name];
      if (!run) return;
      event.preventDefault();
      event.stopPropagation();
      run();
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, []);
}
