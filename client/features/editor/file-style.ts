import type { FileStyle } from '@protocol/file.js';
import type { editor } from 'monaco-editor';
import type { monaco as Monaco } from './monaco.js';

/**
 * Indents a file as its branch says (EDT11), else as the file itself does,
 * else as the person has set.
 *
 * @returns what it came to, in a word
 */
export function indentAs(
  model: editor.ITextModel,
  style: FileStyle | undefined,
  usualTabSize: number,
): string {
  model.detectIndentation(true, usualTabSize);
  const found = model.getOptions();
  const { indentStyle = null, indentSize = null, tabWidth = null } = style ?? {};
  const insertSpaces = indentStyle === null ? found.insertSpaces : indentStyle === 'space';
  const isSaid = indentStyle !== null || indentSize !== null || tabWidth !== null;
  const usual = isSaid && indentStyle === 'tab' ? usualTabSize : found.tabSize;
  const tabSize = tabWidth ?? indentSize ?? usual;
  model.updateOptions({ insertSpaces, tabSize, indentSize: indentSize ?? tabSize });
  return insertSpaces ? `Spaces: ${indentSize ?? tabSize}` : `Tab: ${tabSize}`;
}

/** The editor's language of that name in Linguist's words; undefined where it has none. */
export function languageCalled(monaco: typeof Monaco, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return monaco.languages
    .getLanguages()
    .find(({ id, aliases = [] }) => id === wanted || aliases.some((alias) => alias.toLowerCase() === wanted))
    ?.id;
}
