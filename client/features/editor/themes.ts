import type * as Monaco from 'monaco-editor';

/** GitHub's palettes, light and dark, for the code itself. */
export function defineThemes(monaco: typeof Monaco): void {
  monaco.editor.defineTheme('perch-light', {
    base: 'vs',
    inherit: true,
    rules: rules({
      comment: '59636e',
      keyword: 'cf222e',
      string: '0a3069',
      number: '0550ae',
      type: '953800',
      tag: '116329',
      fn: '6639ba',
    }),
    colors: {
      'editor.background': '#ffffff',
      'editor.foreground': '#1f2328',
      'editorLineNumber.foreground': '#6e7781',
      'editorLineNumber.activeForeground': '#1f2328',
      'editor.lineHighlightBackground': '#f6f8fa',
      'editor.selectionBackground': '#b6d6ff',
      'editorIndentGuide.background1': '#d1d9e0',
      'menu.background': '#ffffff',
      'menu.foreground': '#1f2328',
      'menu.separatorBackground': '#d1d9e0',
    },
  });
  monaco.editor.defineTheme('perch-dark', {
    base: 'vs-dark',
    inherit: true,
    rules: rules({
      comment: '9198a1',
      keyword: 'ff7b72',
      string: 'a5d6ff',
      number: '79c0ff',
      type: 'ffa657',
      tag: '7ee787',
      fn: 'd2a8ff',
    }),
    colors: {
      'editor.background': '#0d1117',
      'editor.foreground': '#f0f6fc',
      'editorLineNumber.foreground': '#7d8590',
      'editorLineNumber.activeForeground': '#f0f6fc',
      'editor.lineHighlightBackground': '#151b23',
      'editor.selectionBackground': '#1f4b85',
      'editorIndentGuide.background1': '#3d444d',
      'menu.background': '#010409',
      'menu.foreground': '#f0f6fc',
      'menu.separatorBackground': '#3d444d',
    },
  });
}

function rules(color: Record<'comment' | 'keyword' | 'string' | 'number' | 'type' | 'tag' | 'fn', string>) {
  return [
    { token: 'comment', foreground: color.comment },
    { token: 'keyword', foreground: color.keyword },
    { token: 'string', foreground: color.string },
    { token: 'attribute.value', foreground: color.string },
    { token: 'number', foreground: color.number },
    { token: 'constant', foreground: color.number },
    { token: 'type', foreground: color.type },
    { token: 'tag', foreground: color.tag },
    { token: 'attribute.name', foreground: color.number },
    { token: 'function', foreground: color.fn },
    // Monaco's own are too faint for these.
    { token: 'annotation', foreground: color.fn },
    { token: 'metatag', foreground: color.tag },
    { token: 'metatag.html', foreground: color.tag },
    { token: 'metatag.xml', foreground: color.tag },
    { token: 'metatag.content.html', foreground: color.number },
    { token: 'string.sql', foreground: color.string },
    { token: 'operator.sql', foreground: color.keyword },
    { token: 'predefined.sql', foreground: color.fn },
  ];
}
