import type { editor } from 'monaco-editor';

/** Characters from which Monaco's work on a whole text would hold the page up: colours, outline, brackets, folding. */
const LARGE_TEXT = 1_000_000;

export const isLarge = (length: number) => length > LARGE_TEXT;

/** What remains for a large text: to see it, to find in it, and to write. Over whatever is usual and chosen. */
export const largeOptions: editor.IEditorOptions & editor.IGlobalEditorOptions = {
  wordWrap: 'off',
  folding: false,
  minimap: { enabled: false },
  stickyScroll: { enabled: false },
  bracketPairColorization: { enabled: false },
  matchBrackets: 'never',
  guides: { indentation: false, bracketPairs: false },
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  links: false,
  colorDecorators: false,
  codeLens: false,
  quickSuggestions: false,
  suggestOnTriggerCharacters: false,
  inlineSuggest: { enabled: false },
  wordBasedSuggestions: 'off',
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
};

/** Knows nothing of a text but its lines. */
export const LARGE_LANGUAGE = 'plaintext';

/** No brackets are looked for: an editor's options do not reach its model. */
export const largeModelOptions: editor.ITextModelUpdateOptions = {
  bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
};
