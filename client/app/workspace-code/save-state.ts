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

const REASSURANCES = {
  saved: 'Everything is saved as you type. Commit when you are ready.',
  saving: 'Being saved, as everything is while you type.',
  kept: 'Not connected: what you type is kept on this device and sent as soon as Perch is back.',
  held: 'Not connected, and this device keeps nothing: leave this page open until Perch is back.',
};

/** What Ctrl+S says. */
export const reassurance = (state: LiveDocumentState | null): string =>
  REASSURANCES[state?.kind === 'live' ? state.save : 'saving'];
