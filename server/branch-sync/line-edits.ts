import { diffWordsWithSpace } from 'diff';
import { narrowed, type TextEdit } from '../protocol/text-edits.js';
import { askGit, withScratch } from './scratch-git.js';

/** Lines of one text in place of lines of another: `from` of the first `count` of them. */
export type Hunk = { from: number; count: number; to: number; toCount: number };

/** Longer hunks are replaced as a whole, between what their ends have in common. Characters. */
const WORDS_MAX = 4_000;
const WORDS_MS = 50;

/** Where two texts differ, as git compares them: quick however large they are. */
export async function lineHunks(from: string, to: string): Promise<Hunk[]> {
  if (from === to) return [];
  const files = new Map([
    ['from', from],
    ['to', to],
  ]);
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--text', '--unified=0', 'from', 'to'];
  const { code, output } = await withScratch(files, (directory) => askGit(directory, args));
  if (code > 1) throw new Error(`git diff ended with ${code}`);
  return [...output.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map((match) => {
    const count = Number(match[2] ?? 1);
    const toCount = Number(match[4] ?? 1);
    // Where there are no lines, git names the one before.
    return {
      from: Number(match[1]) - (count > 0 ? 1 : 0),
      count,
      to: Number(match[3]) - (toCount > 0 ? 1 : 0),
      toCount,
    };
  });
}

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

/** The lines of a text, each with its end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
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
