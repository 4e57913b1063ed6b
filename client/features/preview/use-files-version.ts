import { useEffect, useState } from 'react';
import { useRoom } from '@/lib/room-context.js';

/**
 * Another whenever a file of the branch was put, taken away or moved, and
 * whenever this is shown anew: what a page has shown once it does not ask for again.
 */
export function useFilesVersion(): string {
  const room = useRoom();
  const [version, setVersion] = useState(() => `shown-${Date.now()}`);
  useEffect(
    () =>
      room.subscribe('event', ({ type, seq }) => {
        if (type.startsWith('file.') && type !== 'file.edited') setVersion(String(seq));
      }),
    [room],
  );
  return version;
}
