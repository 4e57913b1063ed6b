import { diffArrays } from 'diff';
import type { LineRange } from '@/features/editor/line-range.js';

/** A comparison that takes longer is given up, and no line is named. */
const COMPARE_MS = 1_000;

/**
 * Where lines of the text are in the base commit.
 *
 * EDT12 Lines that are not committed yet, above or among these, do not shift
 * a permalink: it names the first and last of them that the commit has. Null
 * where it has none.
 */
export function committedLines(base: string, text: string, { from, to }: LineRange): LineRange | null {
  const parts = diffArrays(base.split('\n'), text.split('\n'), { timeout: COMPARE_MS });
  let baseLine = 1;
  let line = 1;
  let found = null as LineRange | null;
  for (const part of parts ?? []) {
    const count = part.value.length;
    if (!part.added && !part.removed) {
      const first = Math.max(from, line);
      const last = Math.min(to, line + count - 1);
      if (first <= last) {
        const shift = baseLine - line;
        found = { from: found?.from ?? first + shift, to: last + shift };
      }
    }
    if (!part.removed) line += count;
    if (!part.added) baseLine += count;
  }
  return found;
}
