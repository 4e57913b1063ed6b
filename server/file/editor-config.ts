import { parseFromFilesSync } from 'editorconfig';
import type { BranchText } from '../document/branch-text.service.js';

/** What `.editorconfig` says of one file, as far as it counts here; null where it says nothing. */
export type EditorConfig = {
  indentStyle: 'tab' | 'space' | null;
  indentSize: number | null;
  tabWidth: number | null;
  endOfLine: 'lf' | 'crlf' | null;
  byteOrderMark: boolean;
  trimTrailingWhitespace: boolean;
  insertFinalNewline: boolean;
};

/** Nobody needs more to say how a file is written; what is longer is not read. */
const MAX_LENGTH = 100_000;
/** More columns than this are a mistake. */
const MAX_SIZE = 16;

/** @param files the configurations above `path`, the root's first */
export function editorConfigOf(path: string, files: readonly BranchText[]): EditorConfig {
  const given = files
    .filter(({ text }) => text.length <= MAX_LENGTH)
    .map((file) => ({ name: `/${file.path}`, contents: Buffer.from(file.text) }));
  const said = parseFromFilesSync(`/${path}`, given.toReversed(), { root: '/', unset: true });
  const word = (name: string) => String(said[name] ?? '').toLowerCase();
  const size = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_SIZE ? Number(value) : null;
  const style = word('indent_style');
  const end = word('end_of_line');
  return {
    indentStyle: style === 'tab' || style === 'space' ? style : null,
    indentSize: size(said.indent_size),
    tabWidth: size(said.tab_width),
    endOfLine: end === 'lf' || end === 'crlf' ? end : null,
    byteOrderMark: word('charset') === 'utf-8-bom',
    trimTrailingWhitespace: word('trim_trailing_whitespace') === 'true',
    insertFinalNewline: word('insert_final_newline') === 'true',
  };
}
