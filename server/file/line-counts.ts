import { diffLines } from 'diff';

/** An exact count may take this long; beyond it, moved lines count as unchanged. */
const EXACT_MS = 150;

/** How many lines were added and how many taken away. */
export function countLines(before: string, after: string): { additions: number; deletions: number } {
  const parts = diffLines(before, after, { timeout: EXACT_MS });
  if (!parts) return countByContent(before, after);
  let additions = 0;
  let deletions = 0;
  for (const part of parts) {
    if (part.added) additions += part.count;
    else if (part.removed) deletions += part.count;
  }
  return { additions, deletions };
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
