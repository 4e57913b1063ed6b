import type { EditSession } from '@protocol/history.js';

const MINUTE_MS = 60_000;

/** What was typed, in a few words: how long, and how many characters. */
export function editWords(edit: EditSession, began: string): string {
  const minutes = Math.round((Date.parse(edit.until) - Date.parse(began)) / MINUTE_MS);
  const parts = [
    minutes > 0 && `${minutes} min`,
    edit.inserted > 0 && `${edit.inserted.toLocaleString('en')} typed`,
    edit.deleted > 0 && `${edit.deleted.toLocaleString('en')} deleted`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
