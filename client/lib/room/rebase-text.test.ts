import { expect, it } from 'vitest';
import { rebaseText } from './rebase-text.js';

it('DOC1 edits of both sides are merged', () => {
  expect(rebaseText('a\nb\nc\nd\ne', 'a!\nb\nc\nd\ne', 'a\nb\nc\nd\ne!')).toBe('a!\nb\nc\nd\ne!');
});

it('DOC1 where both changed a line both are kept', () => {
  expect(rebaseText('a\nb\nc', 'a\nmine\nc', 'a\ntheirs\nc')).toBe('a\ntheirs\nmine\nc');
});
