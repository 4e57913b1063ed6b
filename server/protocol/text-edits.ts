import { diffLines } from 'diff';

/** Replace `remove` UTF-16 units at `at` by `insert`. */
export type TextEdit = { at: number; remove: number; insert: string };

/** Two large texts with little in common take minutes to compare: beyond this, all between their ends is one edit. */
const EXACT_MS = 500;

/**
 * The edits that turn one text into the other: changed lines only, and within
 * them only what differs, so that cursors and other people's text beside them stay.
 * Offsets are of the text as the edits before have left it.
 */
export function textEdits(from: string, to: string): TextEdit[] {
  if (from === to) return [];
  const edits: TextEdit[] = [];
  let at = 0;
  let removed = '';
  let added = '';
  const close = (): void => {
    if (removed !== '' || added !== '') edits.push(narrowed(at, removed, added));
    at += added.length;
    removed = '';
    added = '';
  };
  const parts = diffLines(from, to, { timeout: EXACT_MS });
  if (!parts) return [narrowed(0, from, to)];
  for (const part of parts) {
    if (part.removed) removed += part.value;
    else if (part.added) added += part.value;
    else {
      close();
      at += part.value.length;
    }
  }
  close();
  return edits;
}

/** Leaves out what the two have in common at either end, never half of a surrogate pair. */
export function narrowed(at: number, removed: string, added: string): TextEdit {
  const most = Math.min(removed.length, added.length);
  let start = 0;
  while (start < most && removed[start] === added[start]) start++;
  if (start > 0 && isHighSurrogate(removed.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < most - start && removed[removed.length - 1 - end] === added[added.length - 1 - end]) end++;
  if (end > 0 && isLowSurrogate(removed.charCodeAt(removed.length - end))) end--;
  return {
    at: at + start,
    remove: removed.length - start - end,
    insert: added.slice(start, added.length - end),
  };
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
