import type { Hunk } from '../platform/line-hunks.js';
import type { AuthoredText } from './authored-text.js';

/** Equal lines let a difference be told at several places; so many are looked at. */
const SHIFTS_MAX = 500;

/**
 * Differences at the places where they were made: of lines that are equal, a
 * comparison of texts cannot tell which one was added or deleted; who wrote
 * them can.
 */
export function settledHunks(
  hunks: readonly Hunk[],
  base: readonly string[],
  authored: { text: readonly string[] } & Pick<AuthoredText, 'lines' | 'removals'>,
  cleanSeq: number,
): Hunk[] {
  const { text, lines, removals } = authored;
  const removedAt = new Set(removals.filter(({ seq }) => seq > cleanSeq).map(({ line }) => line));
  const fresh = (line: number): number => Number(lines[line]?.some(({ seq }) => seq > cleanSeq) ?? false);
  const settled: Hunk[] = [];
  hunks.forEach((hunk, index) => {
    const before = settled.at(-1);
    const after = hunks[index + 1];
    const isAddition = hunk.count === 0;
    if (!isAddition && hunk.toCount > 0) return void settled.push(hunk);
    const [side, start, length] = isAddition ? [text, hunk.to, hunk.toCount] : [base, hunk.from, hunk.count];
    const beforeEnd = before ? (isAddition ? before.to + before.toCount : before.from + before.count) : 0;
    const afterStart = after ? (isAddition ? after.to : after.from) : side.length;
    const score = (shift: number): number => {
      if (!isAddition) return Number(removedAt.has(hunk.to + shift));
      let fine = 0;
      for (let line = 0; line < length; line++) fine += fresh(start + shift + line);
      return fine;
    };
    let best = 0;
    let most = score(0);
    const look = (shift: number): void => {
      const found = score(shift);
      if (found > most) [best, most] = [shift, found];
    };
    for (let shift = 1; shift <= SHIFTS_MAX && start - shift >= beforeEnd; shift++) {
      if (side[start - shift] !== side[start - shift + length]) break;
      look(-shift);
    }
    for (let shift = 1; shift <= SHIFTS_MAX && start + shift + length <= afterStart; shift++) {
      if (side[start + shift - 1] !== side[start + shift - 1 + length]) break;
      look(shift);
    }
    settled.push({ ...hunk, from: hunk.from + best, to: hunk.to + best });
  });
  return settled;
}

/** Where each line of the text is in the base; null where the base has it not. */
export function lineOrigins(
  hunks: readonly Hunk[],
  base: readonly string[],
  text: readonly string[],
): (number | null)[] {
  const origins: (number | null)[] = [];
  let shift = 0;
  for (const { from, count, to, toCount } of [...hunks, null].map((each) => each ?? END)) {
    const end = Math.min(to, text.length);
    for (let line = origins.length; line < end; line++) origins.push(line + shift);
    for (let line = 0; line < toCount; line++) {
      // A line whose end alone differs is the same line.
      const isSame = toCount === count && text[to + line] === base[from + line];
      origins.push(isSame ? from + line : null);
    }
    shift = from + count - (to + toCount);
  }
  return origins;
}

const END: Hunk = { from: 0, count: 0, to: Infinity, toCount: 0 };
