import type { SearchQuery } from '@protocol/search.js';
import { expect, it } from 'vitest';
import { countIn, piecesOf, replaceInText } from './replacement.js';

const query = (text: string, more: Partial<SearchQuery> = {}): SearchQuery => ({
  query: text,
  regex: false,
  caseSensitive: false,
  wholeWord: false,
  include: '',
  exclude: '',
  ...more,
});

it('SRC4 plain text is replaced literally, in every case and line', () => {
  expect(replaceInText('a.b A.B\nacb', query('a.b'), '$1$&')).toBe('$1$& $1$&\nacb');
  expect(replaceInText('ab abc', query('ab', { wholeWord: true }), 'x')).toBe('x abc');
});

it('SRC4 an expression is replaced with its groups, never across lines', () => {
  expect(replaceInText('f(1)\n\nf(2)', query('f\\((\\d)\\)\\s*', { regex: true }), 'g[$1]')).toBe(
    'g[1]\n\ng[2]',
  );
  expect(countIn('aaa', query('a', { regex: true }))).toBe(3);
});

it('SRC4 the preview is what will be', () => {
  const sought = query('(?<=x)(\\d)', { regex: true });
  expect(piecesOf('x1 1 x2', sought, '<$1>')).toEqual([
    { text: 'x', isSought: false },
    { text: '1', isSought: true, replacement: '<1>' },
    { text: ' 1 x', isSought: false },
    { text: '2', isSought: true, replacement: '<2>' },
  ]);
  expect(piecesOf('x', query('(', { regex: true }), null)).toEqual([{ text: 'x', isSought: false }]);
});
