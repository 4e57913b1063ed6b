import * as Y from 'yjs';

/** Yjs sorts everything it merges for every struct it writes: many at once would cost their number squared. */
const AT_ONCE = 16;

/** One update of many that follow each other. */
export function mergeInSteps(updates: readonly Uint8Array[]): Uint8Array {
  let left = updates;
  while (left.length > 1) {
    const merged: Uint8Array[] = [];
    for (let at = 0; at < left.length; at += AT_ONCE) {
      const group = left.slice(at, at + AT_ONCE);
      merged.push(group.length === 1 ? group[0]! : Y.mergeUpdates(group));
    }
    left = merged;
  }
  return left[0]!;
}
