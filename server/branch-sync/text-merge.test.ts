import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineEdits } from './line-edits.js';
import { mergeTexts } from './text-merge.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'perch-merge-test-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What git itself makes of it where ours wins. */
function gitsOwn(base: string, ours: string, theirs: string): string {
  for (const [name, text] of Object.entries({ base, ours, theirs })) writeFileSync(join(folder, name), text);
  return execFileSync('git', ['merge-file', '-p', '-q', '--ours', 'ours', 'base', 'theirs'], {
    cwd: folder,
    encoding: 'utf8',
  });
}

const line = fc.constantFrom('a', 'b', 'c', '', '}', 'x = 1', '=======', '<<<<<<< HEAD', 'é🎉');
const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));

test('GIT2 a merged text is what git merge-file makes of it, and both sides of a conflict are whole', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, text, async (base, ours, theirs) => {
      const merged = await mergeTexts(base, ours, theirs);
      expect(merged.text).toBe(gitsOwn(base, ours, theirs));
      for (const { at, current, incoming, base: before } of merged.conflicts) {
        expect(merged.text.slice(at, at + current.length)).toBe(current);
        expect(ours).toContain(current);
        expect(theirs).toContain(incoming);
        expect(base).toContain(before);
      }
    }),
    { numRuns: 60, seed: Number(process.env.PERCH_TEST_SEED ?? Date.now()) },
  );
}, 60_000);

test('GIT2 edits turn one text into the other and touch changed lines alone', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (from, to) => {
      let now = from;
      for (const { at, remove, insert } of await lineEdits(from, to))
        now = now.slice(0, at) + insert + now.slice(at + remove);
      expect(now).toBe(to);
    }),
    { numRuns: 60, seed: Number(process.env.PERCH_TEST_SEED ?? Date.now()) },
  );
  expect(await lineEdits('one\ntwo\nthree\n', 'one\n2wo\nthree\nfour\n')).toEqual([
    { at: 4, remove: 3, insert: '2wo' },
    { at: 14, remove: 0, insert: 'four\n' },
  ]);
});
