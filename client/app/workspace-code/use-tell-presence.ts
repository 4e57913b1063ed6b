import { useEffect } from 'react';
import type { EditorCursor } from '@/features/editor/code-editor.js';
import { useRoom } from '@/lib/room-context.js';

/** Tells the others where we are, and that we are idle while the tab is hidden. Of two editors only the one we are in does. */
export function useTellPresence(path: string | null, cursor: EditorCursor | null, isHere = true): void {
  const room = useRoom();
  useEffect(() => {
    if (!isHere) return undefined;
    const tell = (): void =>
      room.movePresence({
        path,
        cursor: path !== null && cursor ? { path, anchor: cursor.anchor, head: cursor.head } : null,
        idle: document.hidden,
      });
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => document.removeEventListener('visibilitychange', tell);
  }, [room, path, cursor, isHere]);
}
