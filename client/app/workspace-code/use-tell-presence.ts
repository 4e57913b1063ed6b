import { useEffect } from 'react';
import type { EditorCursor } from '@/features/editor/code-editor.js';
import { useRoom } from '@/lib/room-context.js';

/** Tells the others where we are, and that we are idle while the tab is hidden. */
export function useTellPresence(path: string | null, cursor: EditorCursor | null): void {
  const room = useRoom();
  useEffect(() => {
    const tell = (): void =>
      room.movePresence({
        path,
        cursor: path !== null && cursor ? { path, anchor: cursor.anchor, head: cursor.head } : null,
        idle: document.hidden,
      });
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => document.removeEventListener('visibilitychange', tell);
  }, [room, path, cursor]);
}
