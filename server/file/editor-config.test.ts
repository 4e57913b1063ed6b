import { expect, it } from 'vitest';
import { editorConfigOf } from './editor-config.js';

const root = {
  path: '.editorconfig',
  text: 'root = true\n[*]\nindent_style = space\nindent_size = 4\nend_of_line = CRLF\n[*.md]\ntrim_trailing_whitespace = true\n',
};

it('EDT11 the nearest folder counts, up to the one that is the root', () => {
  const inner = {
    path: 'lib/.editorconfig',
    text: '[*.{js,ts}]\nindent_size = 2\n[Makefile]\nindent_style = tab\n',
  };
  expect(editorConfigOf('lib/a/b.ts', [root, inner])).toMatchObject({
    indentStyle: 'space',
    indentSize: 2,
    tabWidth: 2,
    endOfLine: 'crlf',
  });
  expect(editorConfigOf('lib/Makefile', [root, inner])).toMatchObject({ indentStyle: 'tab', indentSize: 4 });
  const closed = { ...inner, text: `root = true\n${inner.text}` };
  expect(editorConfigOf('lib/b.ts', [root, closed])).toMatchObject({
    indentStyle: null,
    indentSize: 2,
    endOfLine: null,
  });
});

it('EDT11 what cannot be meant says nothing', () => {
  const text =
    '[*\nbroken\n[*]\nindent_style = wide\nindent_size = 400\nend_of_line = cr\ncharset = latin1\ninsert_final_newline = yes\n';
  expect(editorConfigOf('a.txt', [{ path: '.editorconfig', text }])).toEqual({
    indentStyle: null,
    indentSize: null,
    tabWidth: null,
    endOfLine: null,
    byteOrderMark: false,
    trimTrailingWhitespace: false,
    insertFinalNewline: false,
  });
  expect(
    editorConfigOf('a.md', [root, { path: 'x', text: '[*.md]\ntrim_trailing_whitespace = unset\n' }]),
  ).toMatchObject({ trimTrailingWhitespace: false });
});
