import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LiveDocument } from '@/lib/room/live-document.js';
import type { Room } from '@/lib/room/room.js';

/** The live document of a path for as long as this is shown; null in the first moment. */
export function useLiveDocument(room: Room, path: string): LiveDocument | null {
  const [document, setDocument] = useState<LiveDocument | null>(null);
  useEffect(() => {
    const opened = room.openDocument(path);
    setDocument(opened);
    // It is the same one at another path where the file was moved.
    return () => opened.close();
  }, [room, path]);
  return document;
}

const unsubscribed = (): void => {};

export function useDocumentState(document: LiveDocument | null) {
  return useSyncExternalStore(
    (listener) => document?.subscribe(listener) ?? unsubscribed,
    () => document?.state ?? null,
  );
}

/** The Y.Doc, which is another one after the document was replaced as a whole. */
export function useDoc(document: LiveDocument | null) {
  return useSyncExternalStore(
    (listener) => document?.subscribe(listener) ?? unsubscribed,
    () => document?.doc ?? null,
  );
}
