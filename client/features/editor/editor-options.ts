import type { Settings } from '@protocol/settings.js';
import type { editor } from 'monaco-editor';

/** Monaco gives its colours to what has this class. Its menu stands beside the editor, in the element that has it. */
export const EDITOR_CLASS = 'monaco-component';

export const editorOptions: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontSize: 13,
  lineHeight: 20,
  fontFamily: 'var(--fontStack-monospace)',
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  renderLineHighlight: 'line',
  padding: { top: 8, bottom: 8 },
  fixedOverflowWidgets: true,
  tabSize: 2,
  // Faded text would be too faint to read.
  showUnused: false,
  renderFinalNewline: 'on',
  // A suggestion accepted by Enter surprises whoever types prose or is watched by others.
  acceptSuggestionOnEnter: 'smart',
  unicodeHighlight: { ambiguousCharacters: false },
};

/** In pixels. */
export const lineHeightOf = ({ fontSize }: Settings): number => Math.round(fontSize * 1.54);

/** What a person has set, in Monaco's words. */
export function chosenOptions(settings: Settings): editor.IEditorOptions & editor.IGlobalEditorOptions {
  return {
    tabSize: settings.tabSize,
    wordWrap: settings.wordWrap ? 'on' : 'off',
    fontSize: settings.fontSize,
    lineHeight: lineHeightOf(settings),
    minimap: { enabled: settings.minimap },
    renderWhitespace: settings.showWhitespace ? 'all' : 'selection',
  };
}
