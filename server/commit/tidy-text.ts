import { diffArrays } from 'diff';

export type Tidying = { trimTrailingWhitespace: boolean; insertFinalNewline: boolean };

/** A comparison that takes longer than this is given up; the text is committed as it was typed. */
const COMPARE_MS = 500;

/**
 * The text with its changed lines as `.editorconfig` wants them (EDT11): a
 * line that the base has stays as it is, and so does one that somebody's
 * cursor is in, from under which nothing is taken.
 *
 * @param cursors offsets in the text
 */
export function tidyText(base: string, text: string, tidying: Tidying, cursors: readonly number[]): string {
  const parts = diffArrays(base.split('\n'), text.split('\n'), { timeout: COMPARE_MS });
  if (!parts) return text;
  const busy = new Set(cursors.map((at) => text.slice(0, at).split('\n').length - 1));
  const lines: string[] = [];
  let isLastTouched = false;
  for (const part of parts) {
    if (part.removed) continue;
    for (const line of part.value) {
      const keeps = !part.added || !tidying.trimTrailingWhitespace || busy.has(lines.length);
      lines.push(keeps ? line : line.replace(/[ \t]+$/, ''));
    }
    isLastTouched = part.added ?? false;
  }
  if (tidying.insertFinalNewline && isLastTouched && lines.at(-1) !== '') lines.push('');
  return lines.join('\n');
}
