import { expect, it } from 'vitest';
import { formatLineRange, parseLineRange } from './line-range.js';

it.each([
  ['#L10', { from: 10, to: 10 }],
  ['#L10-L20', { from: 10, to: 20 }],
  ['#L20-L10', null],
  ['#L0', null],
  ['#x', null],
  ['', null],
])('EDT1 %s', (hash, range) => {
  expect(parseLineRange(hash)).toEqual(range);
  if (range) expect(parseLineRange(formatLineRange(range))).toEqual(range);
});
