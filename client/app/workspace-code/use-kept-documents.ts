import { useEffect, useRef } from 'react';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useRoom } from '@/lib/room-context.js';

/** Keeps the documents of all open tabs: the one in front is at hand at once, without a connection too. */
export function useKeptDocuments(paths: readonly string[]): void {
  const room = useRoom();
  const kept = useRef(new Map<string, LiveDocument>());
  useEffect(() => {
    const { current } = kept;
    for (const path of paths) if (!current.has(path)) current.set(path, room.openDocument(path));
    for (const [path, document] of current) {
      if (paths.includes(path)) continue;
      current.delete(path);
      document.close();
    }
  }, [room, paths]);
  useEffect(() => {
    const { current } = kept;
    return () => {
      for (const document of current.values()) document.close();
      current.clear();
    };
  }, [room]);
}
