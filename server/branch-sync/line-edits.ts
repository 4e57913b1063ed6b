import { diffWordsWithSpace } from 'diff';
import { narrowed, type TextEdit } from '../protocol/text-edits.js';
import { lineHunks, linesOf } from '../platform/line-hunks.js';

/** Longer hunks are replaced as a whole, between what their ends have in common. Characters. */
const WORDS_MAX = 4_000;
const WORDS_MS = 50;

/**
 * The edits that turn one text into the other: in changed lines alone, and of
 * those only the words that differ, so that cursors beside them stay.
 * Offsets are of the text as the edits before have left it.
 */
export async function lineEdits(from: string, to: string): Promise<TextEdit[]> {
  const lines = linesOf(from);
  const others = linesOf(to);
  const edits: TextEdit[] = [];
  let line = 0;
  let at = 0;
  for (const hunk of await lineHunks(from, to)) {
    while (line < hunk.from) at += lines[line++]!.length;
    const removed = lines.slice(hunk.from, hunk.from + hunk.count).join('');
    const added = others.slice(hunk.to, hunk.to + hunk.toCount).join('');
    for (const edit of wordEdits(removed, added)) edits.push({ ...edit, at: at + edit.at });
    line += hunk.count;
    at += added.length;
  }
  return edits;
}

function wordEdits(removed: string, added: string): TextEdit[] {
  const isShort = removed !== '' && added !== '' && removed.length + added.length <= WORDS_MAX;
  const parts = isShort ? diffWordsWithSpace(removed, added, { timeout: WORDS_MS }) : undefined;
  if (!parts) return [narrowed(0, removed, added)];
  const edits: TextEdit[] = [];
  let at = 0;
  let gone = '';
  let come = '';
  const close = (): void => {
    if (gone !== '' || come !== '') edits.push({ at, remove: gone.length, insert: come });
    at += come.length;
    gone = '';
    come = '';
  };
  for (const part of parts) {
    if (part.removed) gone += part.value;
    else if (part.added) come += part.value;
    else {
      close();
      at += part.value.length;
    }
  }
  close();
  return edits;
}
