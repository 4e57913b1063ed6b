import { diffLines } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TreeEntry } from '../protocol/file.js';
import { FileNames } from './file-name.js';
import { countLines } from './line-counts.js';
import { Overlay, type OverlayRow } from './overlay.js';

const entry = (path: string): TreeEntry => ({ path, mode: '100644', sha: path.padEnd(40, '0') });
const paths = ['a', 'b', 'c', 'd', 'e/f', 'e/g'];
const base = paths.slice(0, 4).map(entry);
const overlay = (rows: readonly OverlayRow[] = []) =>
  Overlay.of('w', new Map(base.map((each) => [each.path, each])), rows);
const tree = (from: Overlay) =>
  [...from.files.values()]
    .map(({ path, origin, documentId, objectId }) => `${path} ${origin ?? documentId ?? objectId}`)
    .toSorted();

const operation = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), path: fc.constantFrom(...paths) }),
  fc.record({ kind: fc.constant('upload' as const), path: fc.constantFrom(...paths) }),
  fc.record({ kind: fc.constant('delete' as const), path: fc.constantFrom(...paths) }),
  fc.record({
    kind: fc.constant('move' as const),
    path: fc.constantFrom(...paths),
    to: fc.constantFrom(...paths),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

function apply(to: Overlay, step: Operation, number: number): void {
  const file = to.files.get(step.path);
  if (step.kind === 'create' && !file)
    to.place({
      path: step.path,
      origin: null,
      blobSha: null,
      mode: '100644',
      objectId: null,
      documentId: `d${number}`,
    });
  if (step.kind === 'upload')
    to.place({
      path: step.path,
      origin: null,
      blobSha: null,
      mode: '100644',
      documentId: null,
      objectId: `o${number}`,
    });
  if (step.kind === 'delete') to.remove(step.path);
  if (step.kind === 'move' && file && !to.files.has(step.to)) {
    to.remove(step.path);
    to.place({ ...file, path: step.to });
  }
}

test('FIL1 any sequence of changes is told by its rows alone, and never loses a base file from sight', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (steps) => {
      let stored: readonly OverlayRow[] = [];
      const whole = overlay();
      steps.forEach((step, number) => {
        apply(whole, step, number);
        // As the service does: read the rows, change the tree, write the difference.
        const one = overlay(stored);
        apply(one, step, number);
        const rows = new Map(stored.map((row) => [row.path, row]));
        for (const { path, before, after } of one.changes(number)) {
          expect(rows.get(path) ?? null).toBe(before);
          if (after) rows.set(path, after);
          else rows.delete(path);
        }
        stored = [...rows.values()];
      });
      expect(tree(overlay(stored))).toEqual(tree(whole));
      const origins = [...whole.files.values()].map((file) => file.origin);
      for (const { path } of base)
        expect(
          origins.includes(path) ||
            whole.deleted().some((each) => each.path === path) ||
            whole.files.has(path),
        ).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('FIL1 a file that is moved away and back leaves no row', () => {
  const there = overlay();
  apply(there, { kind: 'move', path: 'a', to: 'e/f' }, 1);
  const back = overlay(there.rows(1));
  apply(back, { kind: 'move', path: 'e/f', to: 'a' }, 2);
  expect(back.rows(2)).toEqual([]);
});

test('FIL2 names that many computers cannot keep apart are refused, composed letters too', () => {
  const refusal = (path: string) =>
    FileNames.around([path], ['other/a.ts', 'src/Main.ts', 'caf\u00e9.txt']).refusal(path);
  expect(refusal('src/main.ts')).toContain('in case only');
  expect(refusal('SRC/other.ts')).toContain('in case only');
  expect(refusal('cafe\u0301.txt')).toContain('in case only');
  expect(refusal('src/Main.ts/x')).toContain('is a file');
  expect(refusal('src')).toContain('is a folder');
  expect(refusal('src/Main.ts')).toContain('is there already');
  expect(refusal('src/other.ts')).toBeNull();
});

test('FIL1 lines are counted exactly, and of huge files in bounded time', () => {
  expect(countLines('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual({ additions: 2, deletions: 1 });
  const text = fc
    .array(fc.constantFrom('a\n', 'b\n', '\n', 'a'), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = diffLines(before, after);
      const sum = (kind: 'added' | 'removed') =>
        parts.reduce((total, part) => total + (part[kind] ? part.count : 0), 0);
      expect(countLines(before, after)).toEqual({ additions: sum('added'), deletions: sum('removed') });
    }),
  );
  const lines = (from: number) =>
    Array.from({ length: 100_000 }, (_, at) => `${(at * 7919 + from) % 99_991}`);
  const started = performance.now();
  const counted = countLines(lines(0).join('\n'), lines(50_000).toReversed().join('\n'));
  expect(counted.additions).toBeGreaterThanOrEqual(0);
  expect(performance.now() - started).toBeLessThan(5_000);
});
