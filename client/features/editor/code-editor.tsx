import { Editor } from '@monaco-editor/react';
import type { FileStyle } from '@protocol/file.js';
import type { Presence } from '@protocol/presence.js';
import type { editor as MonacoEditor, Selection } from 'monaco-editor';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { MonacoBinding } from 'y-monaco';
import * as Y from 'yjs';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useIsDark } from '@/lib/color-mode.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { enterEditor, leaveEditor, takeFocusWish } from './active-editor.js';
import { EDITOR_CLASS, editorOptions } from './editor-options.js';
import { indentAs, languageCalled } from './file-style.js';
import { LARGE_LANGUAGE, largeModelOptions, largeOptions } from './large-text.js';
import type { LineRange } from './line-range.js';
import { monaco } from './monaco.js';
import { RemoteCursors } from './remote-cursors.js';
import { undoHistory } from './undo-history.js';
import { useDoc } from './use-live-document.js';
import { VimStatus } from './vim-status.js';
import './code-editor.css';

export type EditorCursor = {
  anchor: Uint8Array;
  head: Uint8Array;
  line: number;
  column: number;
  /** Those that are selected, or the one the cursor is in. */
  lines: LineRange;
};

type Props = {
  document: LiveDocument;
  /** Whether it is so long that Monaco only shows it and takes what is typed. The same as long as this is there. */
  large: boolean;
  writable: boolean;
  /** Others whose cursor is in this file. */
  present: readonly Presence[];
  /** One of two editors side by side; each has a model of its own. */
  group: number;
  /** What the person has chosen, over what is usual here. */
  options: MonacoEditor.IEditorOptions & MonacoEditor.IGlobalEditorOptions;
  /** Indentation and language, once the branch has said. */
  style: FileStyle | undefined;
  usesVim: boolean;
  /** The connection whose cursor stays in view. */
  followed: string | null;
  /** Lines to select and reveal. */
  lines: LineRange | null;
  /** What stands at its side. */
  beside: ReactNode;
  /** Shows more in the editor, until what it returns is called. */
  attach: (editor: MonacoEditor.IStandaloneCodeEditor, text: Y.Text) => () => void;
  onCursor: (cursor: EditorCursor) => void;
  /** How the file is indented, in a word. */
  onIndentation: (words: string) => void;
  onEdited: () => void;
  onSave: () => void;
};

/** Where somebody was in a file that he switched away from. */
const leftAt = new WeakMap<LiveDocument, MonacoEditor.ICodeEditorViewState | null>();

/** Monaco bound to a live document. Undo and redo are one's own edits alone. */
export function CodeEditor({
  document,
  large,
  writable,
  present,
  group,
  options,
  style,
  usesVim,
  followed,
  lines,
  beside,
  attach,
  onCursor,
  onIndentation,
  onEdited,
  onSave,
}: Props) {
  const [editor, setEditor] = useState<MonacoEditor.IStandaloneCodeEditor | null>(null);
  const [cursors, setCursors] = useState<RemoteCursors | null>(null);
  const doc = useDoc(document);
  const isDark = useIsDark();
  const { path } = document;
  const shownModel = useRef<MonacoEditor.ITextModel | null>(null);

  useEffect(() => {
    const model = editor?.getModel();
    if (!editor || !model || !doc) return undefined;
    // A file that was moved has another model, of its new name; the keyboard stays in the editor.
    if (shownModel.current !== model) shownModel.current?.dispose();
    shownModel.current = model;
    model.setEOL(monaco.editor.EndOfLineSequence.LF);
    if (large) model.updateOptions(largeModelOptions);
    const text = document.text;
    const binding = new MonacoBinding(text, model, new Set([editor]));
    const undo = undoHistory(text);
    editor.restoreViewState(leftAt.get(document) ?? null);
    // A command of Monaco lives as long as its editor and would undo in a document that was replaced.
    const undoAction = editor.addAction({
      id: 'perch.undo',
      label: 'Undo my last edit',
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyZ],
      run: () => void undo.undo(),
    });
    const redoAction = editor.addAction({
      id: 'perch.redo',
      label: 'Redo my last edit',
      keybindings: [
        monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyY,
        monaco.KeyMod.CtrlCmd | monaco.KeyMod.Shift | monaco.KeyCode.KeyZ,
      ],
      run: () => void undo.redo(),
    });
    const tellCursor = (): void => {
      const selection = editor.getSelection();
      if (!selection) return;
      const at = (line: number, column: number) =>
        Y.encodeRelativePosition(
          Y.createRelativePositionFromTypeIndex(text, model.getOffsetAt({ lineNumber: line, column })),
        );
      onCursor({
        anchor: at(selection.selectionStartLineNumber, selection.selectionStartColumn),
        head: at(selection.positionLineNumber, selection.positionColumn),
        line: selection.positionLineNumber,
        column: selection.positionColumn,
        lines: selectedLines(selection),
      });
    };
    const moved = editor.onDidChangeCursorSelection(tellCursor);
    const edited = (_: Y.YTextEvent, transaction: Y.Transaction): void => {
      if (transaction.origin === binding || transaction.origin === undo) onEdited();
    };
    text.observe(edited);
    const remote = new RemoteCursors(editor, text);
    setCursors(remote);
    const detach = attach(editor, text);
    tellCursor();
    return () => {
      detach();
      leftAt.set(document, editor.saveViewState());
      moved.dispose();
      undoAction.dispose();
      redoAction.dispose();
      text.unobserve(edited);
      remote.dispose();
      binding.destroy();
    };
  }, [editor, doc, document, path, large, attach, onCursor, onEdited]);

  useEffect(() => {
    cursors?.show(present);
    if (followed !== null) cursors?.reveal(followed);
  }, [cursors, present, followed]);

  useEffect(() => {
    if (!editor) return undefined;
    enterEditor(editor);
    const entered = editor.onDidFocusEditorText(() => enterEditor(editor));
    return () => {
      entered.dispose();
      leaveEditor(editor);
    };
  }, [editor]);

  // After the text is there: it shows how it is indented. Whatever is chosen resets what was found.
  useEffect(() => {
    const model = editor?.getModel();
    if (model && doc) onIndentation(indentAs(model, style, options.tabSize ?? 2));
  }, [editor, doc, path, style, options, onIndentation]);

  const language = large ? null : (style?.language ?? null);
  useEffect(() => {
    const model = editor?.getModel();
    const id = language === null ? undefined : languageCalled(monaco, language);
    if (!model || id === undefined) return undefined;
    const usual = model.getLanguageId();
    monaco.editor.setModelLanguage(model, id);
    return () => {
      if (!model.isDisposed()) monaco.editor.setModelLanguage(model, usual);
    };
  }, [editor, path, language]);

  useEffect(() => editor?.updateOptions({ readOnly: !writable }), [editor, writable]);

  useEffect(() => {
    if (!editor || !lines || !cursors) return;
    editor.setSelection({
      startLineNumber: lines.from,
      startColumn: 1,
      endLineNumber: lines.to,
      endColumn: Number.MAX_SAFE_INTEGER,
    });
    editor.revealLinesInCenter(lines.from, lines.to);
  }, [editor, lines, cursors]);

  useEffect(() => {
    const action = editor?.addAction({
      id: 'perch.save',
      label: 'Save',
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS],
      run: onSave,
    });
    return () => action?.dispose();
  }, [editor, onSave]);

  const shown = (
    <Editor
      className={EDITOR_CLASS}
      path={`perch-${group}:///${path}`}
      defaultValue=""
      language={large ? LARGE_LANGUAGE : undefined}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Loading the editor" />}
      options={{
        ...editorOptions,
        ...options,
        ...(large && largeOptions),
        ariaLabel: path,
        readOnly: !writable,
        readOnlyMessage: { value: 'You may watch this branch, not edit it.' },
      }}
      onMount={(mounted) => {
        setEditor(mounted);
        // Whoever walks the tree by keyboard stays there.
        const isNowhere = globalThis.document.activeElement === globalThis.document.body;
        if (takeFocusWish() || isNowhere) mounted.focus();
      }}
    />
  );
  return (
    <div className="code-editor">
      <div className="code-editor-row">
        {beside}
        <div className="code-editor-text">{shown}</div>
      </div>
      {usesVim && editor && doc && <VimStatus editor={editor} history={undoHistory(document.text)} />}
    </div>
  );
}

/** A selection that ends before the first character of a line has none of it. */
function selectedLines(selection: Selection): LineRange {
  const { startLineNumber: from, endLineNumber: to, endColumn } = selection;
  return { from, to: endColumn === 1 && to > from ? to - 1 : to };
}
