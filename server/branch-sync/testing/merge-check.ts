import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutsideClone } from './outside-clone.js';
import { textOf, type StoredRow } from './stored-history.js';

/** So many rows may have come in while a merge was worked out. */
const MEANWHILE_ROWS = 60;

/** Compares merged texts with what git itself makes of the same three. */
export class MergeCheck {
  constructor(
    private readonly folder: string,
    private readonly outside: OutsideClone,
  ) {}

  /** Git's own merge, with our text as it was before one of the last rows. */
  verify(
    rows: readonly StoredRow[],
    before: string,
    origin: string,
    head: string,
    after: string,
    isCommitted: boolean,
  ): 'merged' | 'typed meanwhile' | null {
    const base = this.text(before, origin);
    const theirs = this.text(head, after);
    // A file that was committed since is elsewhere than the push had it.
    if (theirs === null && isCommitted) return null;
    if (base === null || theirs === null) throw new Error(`${origin} or ${after} is in no commit`);
    if (base === theirs) return null;
    const at = rows.findIndex(({ actor, seq }) => actor === `git:${head}` && seq > 1);
    const merge = at === -1 ? [] : [rows[at]!];
    const last = at === -1 ? rows.length : at;
    for (let count = last; count > Math.max(0, last - MEANWHILE_ROWS); count--) {
      const ours = textOf(rows.slice(0, count));
      if (textOf([...rows.slice(0, count), ...merge]) !== this.#merged(base, ours, theirs)) continue;
      return count < last && at !== -1 ? 'typed meanwhile' : 'merged';
    }
    const ours = textOf(rows.slice(0, last));
    assert.equal(textOf([...rows.slice(0, last), ...merge]), this.#merged(base, ours, theirs), after);
    return null;
  }

  text(commit: string, path: string): string | null {
    return this.outside.read(commit, path)?.replaceAll('\r\n', '\n') ?? null;
  }

  #merged(base: string, ours: string, theirs: string): string {
    const folder = mkdtempSync(join(this.folder, 'merged-'));
    for (const [name, text] of Object.entries({ base, ours, theirs }))
      writeFileSync(join(folder, name), text);
    return execFileSync('git', ['merge-file', '-p', '-q', '--ours', 'ours', 'base', 'theirs'], {
      cwd: folder,
      encoding: 'utf8',
    });
  }
}

/** The row that took a word away, and the text around it before and after. */
export function lostBy(rows: readonly StoredRow[], token: string): string {
  const had = rows.findLastIndex((_, index) => textOf(rows.slice(0, index + 1)).includes(token));
  const before = textOf(rows.slice(0, had + 1));
  const at = before.indexOf(token);
  return JSON.stringify({
    last: rows[had]?.seq,
    by: rows[had + 1]?.actor,
    before: before.slice(Math.max(0, at - 80), at + 80),
    after: textOf(rows.slice(0, had + 2)).slice(Math.max(0, at - 80), at + 80),
  });
}
