import { expect, test } from 'vitest';
import { BY_OTHERS, carryOver, knownLines, type LineChange } from './known-lines.js';

const person = (name: string) => ({ kind: 'person' as const, id: name, name, color: 1 });
const at = '2026-11-21T12:00:00.000Z';
const known = () =>
  knownLines({
    baseCommit: null,
    lineCount: 5,
    writings: ['alice', 'bob', 'carol'].map((name) => ({
      actor: person(name),
      at,
      commit: null,
      eventSeq: null,
    })),
    runs: [
      { from: 1, count: 2, writings: [0] },
      { from: 3, count: 1, writings: [1, 0] },
      { from: 4, count: 1, writings: [2] },
    ],
    removals: [{ after: 3, count: 2, writing: 1 }],
    hasBlame: true,
  });
const usual = { keepsFirst: false, keepsLast: false };
function after(change: Partial<LineChange> & Pick<LineChange, 'first' | 'last' | 'count'>) {
  const lines = known();
  carryOver(lines, { ...usual, ...change }, BY_OTHERS);
  return [lines.lines.map(({ key }) => key.trim()).join(' '), lines.removals[0]!.after];
}

test.each([
  ['a key in a line', { first: 2, last: 2, count: 1 }, 'alice others bob carol ', 3],
  [
    'Enter at the end of a line',
    { first: 1, last: 1, count: 2, keepsFirst: true },
    'alice others alice bob carol ',
    4,
  ],
  [
    'Enter at the start of a line',
    { first: 3, last: 3, count: 2, keepsLast: true },
    'alice alice others bob carol ',
    4,
  ],
  ['lines that are deleted', { first: 1, last: 3, count: 1, keepsLast: true }, 'bob carol ', 1],
  ['lines that become one', { first: 3, last: 4, count: 1 }, 'alice alice others ', 3],
] as const)('DOC9 %s leaves the others their authors', (_, change, lines, removal) => {
  expect(after(change)).toEqual([lines, removal]);
});

test('DOC9 more lines are put in at once than a call takes arguments', () => {
  const lines = known();
  carryOver(lines, { ...usual, first: 2, last: 3, count: 150_000 }, BY_OTHERS);
  expect(lines.lines).toHaveLength(150_003);
  expect([0, 1, 150_000, 150_001].map((at) => lines.lines[at]!.key.trim())).toEqual([
    'alice',
    'others',
    'others',
    'carol',
  ]);
  carryOver(lines, { ...usual, first: 1, last: 150_003, count: 150_003 }, lines.lines[0]!);
  expect(lines.lines).toHaveLength(150_003);
  expect(new Set(lines.lines.map(({ key }) => key.trim()))).toEqual(new Set(['alice']));
});

test('DOC9 the latest who wrote in a line stands for it, and of the last, empty one nothing is known', () => {
  const { lines } = known();
  expect(lines[2]!.writings.map(({ actor }) => actor.name)).toEqual(['bob', 'alice']);
  expect(lines[0]).toBe(lines[1]);
  expect(lines[4]!.writings).toEqual([]);
});
