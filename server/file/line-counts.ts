import { diffLines } from 'diff';

/** An exact count may take this long; beyond it, moved lines count as unchanged. */
const EXACT_MS = 150;

/** How many lines were added and how many taken away. */
export function countLines(before: string, after: string): { additions: number; deletions: number } {
  const [removed, added] = differingLines(before, after);
  const parts = diffLines(removed, added, { timeout: EXACT_MS });
  if (!parts) return countByContent(removed, added);
  let additions = 0;
  let deletions = 0;
  for (const part of parts) {
    if (part.added) additions += part.count;
    else if (part.removed) deletions += part.count;
  }
  return { additions, deletions };
}

/** Without the lines that both begin and end with: of 5 MB that somebody types in, all but a few. */
function differingLines(before: string, after: string): [string, string] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  start = start === 0 ? 0 : before.lastIndexOf('\n', start - 1) + 1;
  let same = 0;
  while (
    same < shorter - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  // From the first line's beginning on: what is before it may be a part of a line that differs.
  const line = before.indexOf('\n', before.length - same);
  const kept = line === -1 ? 0 : before.length - line - 1;
  return [before.slice(start, before.length - kept), after.slice(start, after.length - kept)];
}

function countByContent(before: string, after: string): { additions: number; deletions: number } {
  const left = new Map<string, number>();
  let deletions = 0;
  for (const line of before.split('\n')) {
    left.set(line, (left.get(line) ?? 0) + 1);
    deletions++;
  }
  let additions = 0;
  for (const line of after.split('\n')) {
    const same = left.get(line) ?? 0;
    if (same > 0) {
      left.set(line, same - 1);
      deletions--;
    } else additions++;
  }
  return { additions, deletions };
}
