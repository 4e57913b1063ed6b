import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textEdits } from './text-edits.js';

function apply(text: string, edits: ReturnType<typeof textEdits>): string {
  return edits.reduce(
    (now, edit) => now.slice(0, edit.at) + edit.insert + now.slice(edit.at + edit.remove),
    text,
  );
}

const text = fc
  .array(fc.constantFrom('a', 'b', '\n', '😀', '😁', 'é'), { maxLength: 40 })
  .map((parts) => parts.join(''));

it('DOC1 edits turn one text into the other', () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      expect(apply(from, textEdits(from, to))).toBe(to);
    }),
  );
});

it('DOC1 what two texts have in common is not touched', () => {
  expect(textEdits('one\ntwo\nthree\n', 'one\ntwa\nthree\n')).toEqual([{ at: 6, remove: 1, insert: 'a' }]);
});

it('DOC1 a surrogate pair is never cut', () => {
  expect(textEdits('x😀', 'x😁')).toEqual([{ at: 1, remove: 2, insert: '😁' }]);
});

it('DOC1 two large texts with nothing in common are compared in bounded time', () => {
  const text = (name: string) =>
    Array.from({ length: 100_000 }, (_, line) => `${name} ${(line * 7919) % 99_991}\n`).join('');
  const [from, to] = [text('before'), text('after')];
  const [edit, ...more] = textEdits(from, to);
  expect(more).toEqual([]);
  expect(from.slice(0, edit!.at) + edit!.insert + from.slice(edit!.at + edit!.remove)).toBe(to);
}, 10_000);
