import type { LiveDocumentState } from '@/lib/room/room-state.js';

/** What the status bar says of a document: never more than is so. */
export function saveState(
  state: LiveDocumentState | null,
): { words: string; tone: 'calm' | 'busy' | 'warn' } | null {
  if (state?.kind !== 'live') return null;
  if (!state.writable && state.save === 'saved') return { words: 'Watching', tone: 'calm' };
  switch (state.save) {
    case 'saved':
      return { words: 'Saved', tone: 'calm' };
    case 'saving':
      return { words: 'Saving…', tone: 'busy' };
    case 'kept':
      return { words: 'Not connected: kept on this device', tone: 'warn' };
    case 'held':
      return { words: 'Not connected: leave this page open', tone: 'warn' };
  }
}
