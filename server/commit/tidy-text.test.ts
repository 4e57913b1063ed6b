import { expect, it } from 'vitest';
import { tidyText } from './tidy-text.js';

const BOTH = { trimTrailingWhitespace: true, insertFinalNewline: true };

it('EDT11 only changed lines are tidied', () => {
  const base = 'old  \nkept\t\nlast  ';
  expect(tidyText(base, 'new \t\nold  \nkept\t\nlast  ', BOTH, [])).toBe('new\nold  \nkept\t\nlast  ');
  expect(tidyText(base, 'old  \nkept\t\nlast  \nadded  ', BOTH, [])).toBe('old  \nkept\t\nlast  \nadded\n');
  expect(tidyText('', 'a \n\n  \nb', BOTH, [])).toBe('a\n\n\nb\n');
  expect(tidyText('', '', BOTH, [])).toBe('');
  expect(tidyText('a\n', 'a \nb', { ...BOTH, trimTrailingWhitespace: false }, [])).toBe('a \nb\n');
  expect(tidyText('a\n', 'b ', { ...BOTH, insertFinalNewline: false }, [])).toBe('b');
});

it('EDT11 nothing is taken from under a cursor', () => {
  const text = 'one \ntwo \n    \n';
  expect(tidyText('', text, BOTH, [text.indexOf('two') + 4])).toBe('one\ntwo \n\n');
  expect(tidyText('', text, BOTH, [text.length - 1])).toBe('one\ntwo\n    \n');
});
