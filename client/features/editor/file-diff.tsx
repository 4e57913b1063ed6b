import { DiffEditor } from '@monaco-editor/react';
import type { editor as MonacoEditor } from 'monaco-editor';
import { useEffect, useRef } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useIsDark } from '@/lib/color-mode.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { EDITOR_CLASS, editorOptions } from './editor-options.js';
import { monaco } from './monaco.js';
import { useDocumentText } from './use-document-text.js';

/** The base on the left, what everybody has made of it on the right, live. */
export function FileDiff({ document, base, group }: { document: LiveDocument; base: string; group: number }) {
  return <TextDiff path={document.path} base={base} text={useDocumentText(document)} group={group} />;
}

type TextDiffProps = {
  path: string;
  base: string;
  text: string;
  group: number;
  /** What the two are, where they are not the last commit's and the one of now. */
  labels?: { base: string; text: string };
};

/** Two texts side by side; of a deleted file the right one is empty. */
export function TextDiff({ path, base, text, group, labels }: TextDiffProps) {
  const isDark = useIsDark();
  const names = useRef(namesOf(path, labels));
  const editor = useRef<MonacoEditor.IStandaloneDiffEditor | null>(null);
  // Before what is below, which would take the texts from under an editor that still shows them.
  useEffect(() => () => emptied(editor.current), []);
  useEffect(() => {
    names.current = namesOf(path, labels);
  });
  return (
    <DiffEditor
      className={EDITOR_CLASS}
      original={base}
      modified={text}
      originalModelPath={`perch-${labels ? 'current' : 'base'}-${group}:///${path}`}
      modifiedModelPath={`perch-${labels ? 'incoming' : 'diff'}-${group}:///${path}`}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Comparing" />}
      options={{
        ...editorOptions,
        readOnly: true,
        renderSideBySideInlineBreakpoint: 700,
      }}
      onMount={(mounted) => {
        editor.current = mounted;
        keepNamed(mounted.getOriginalEditor(), () => names.current.base);
        keepNamed(mounted.getModifiedEditor(), () => names.current.text);
      }}
    />
  );
}

function emptied(editor: MonacoEditor.IStandaloneDiffEditor | null): void {
  const shown = editor?.getModel();
  editor?.setModel(null);
  shown?.original.dispose();
  shown?.modified.dispose();
}

/** Monaco forgets what the two sides of a comparison are called when it lays them out anew. */
function keepNamed(editor: MonacoEditor.ICodeEditor, name: () => string): void {
  const keep = (): void => {
    if (editor.getOption(monaco.editor.EditorOption.ariaLabel) !== name())
      editor.updateOptions({ ariaLabel: name() });
  };
  keep();
  editor.onDidChangeConfiguration(keep);
}

const namesOf = (path: string, labels: TextDiffProps['labels']) =>
  labels ?? { base: `${path} at the last commit`, text: `${path} now` };
