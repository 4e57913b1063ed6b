import { personOf } from '../platform/actor.js';
import type { Hunk } from '../platform/line-hunks.js';
import type { AuthoredText } from './authored-text.js';
import type { Writing } from './document-history.js';
import { settledHunks } from './line-origins.js';

/**
 * The people whose changes against the base survive in the text (DOC9): of
 * each line that differs, whoever wrote characters that are still there, and
 * whoever deleted characters of the base that are gone. Retyping or restoring
 * what the base has earns nothing.
 */
export function changeAuthors(
  authored: AuthoredText,
  writings: readonly Writing[],
  { baseText, hunks, cleanSeq }: { baseText: string; hunks: readonly Hunk[]; cleanSeq: number },
): string[] {
  const people = new Set<string>();
  const credit = (writing: number): void => {
    const person = personOf(writings[writing]!.actor);
    if (person !== undefined) people.add(person);
  };
  const text = authored.text.split('\n');
  const settled = settledHunks(hunks, baseText.split('\n'), { ...authored, text }, cleanSeq);
  for (const { count, to, toCount } of settled) {
    for (const line of authored.lines.slice(to, to + toCount))
      for (const { kind, writing, seq, isOfBase } of line)
        if (seq > cleanSeq && (kind === 'wrote' || isOfBase)) credit(writing);
    if (count === 0) continue;
    for (const { line, writing, seq, isOfBase } of authored.removals)
      if (to <= line && line <= to + toCount && seq > cleanSeq && isOfBase) credit(writing);
  }
  return [...people];
}
