import { diff3Merge } from 'node-diff3';

/**
 * Brings what was typed on one text onto another: a three-way merge by lines.
 * Where both changed the same lines both are kept, ours after theirs: nothing
 * typed is ever dropped.
 */
export function rebaseText(base: string, ours: string, theirs: string): string {
  if (ours === base) return theirs;
  if (theirs === base) return ours;
  const lines: string[] = [];
  for (const region of diff3Merge(ours.split('\n'), base.split('\n'), theirs.split('\n'), {
    excludeFalseConflicts: true,
  })) {
    if (region.ok) lines.push(...region.ok);
    else if (region.conflict) lines.push(...region.conflict.b, ...region.conflict.a);
  }
  return lines.join('\n');
}
