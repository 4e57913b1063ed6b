import { expect, it } from 'vitest';
import { committedLines } from './committed-lines.js';

const BASE = 'one\ntwo\nthree\nfour\nfive\n';
const at = (text: string, from: number, to = from) => committedLines(BASE, text, { from, to });

it('EDT12 a permalink names the line as the commit has it', () => {
  expect(at(BASE, 3)).toEqual({ from: 3, to: 3 });
  expect(at(`new\nand new\n${BASE}`, 5)).toEqual({ from: 3, to: 3 });
  expect(at('three\nfour\nfive\n', 1, 2)).toEqual({ from: 3, to: 4 });
  expect(at('one\nTWO\nnew\nthree\nfour\nfive\n', 2, 5)).toEqual({ from: 3, to: 4 });
});

it('EDT12 a line that is not committed has no permalink', () => {
  expect(at('one\nTWO\nthree\nfour\nfive\n', 2)).toBeNull();
  expect(at(`${BASE}six\n`, 6)).toBeNull();
  expect(committedLines('', 'a\n', { from: 1, to: 1 })).toBeNull();
});
