import type { Conflict } from '@protocol/conflict.js';
import type { editor as Editor } from 'monaco-editor';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type * as Y from 'yjs';
import { enterConflicts, leaveConflicts } from './active-conflicts.js';
import { ConflictView, type ConflictActions } from './conflict-view.js';

/** Shows the conflicts of a text in whatever editor it is attached to. */
export function useConflictView(conflicts: readonly Conflict[], writable: boolean, actions: ConflictActions) {
  const [view, setView] = useState<ConflictView | null>(null);
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const attach = useCallback((editor: Editor.IStandaloneCodeEditor, text: Y.Text) => {
    const made = new ConflictView(editor, text, {
      resolve: (...chosen) => latest.current.resolve(...chosen),
      compare: (...chosen) => latest.current.compare(...chosen),
      settled: () => latest.current.settled(),
    });
    setView(made);
    enterConflicts(made);
    const entered = editor.onDidFocusEditorText(() => enterConflicts(made));
    return () => {
      entered.dispose();
      leaveConflicts(made);
      made.dispose();
      setView(null);
    };
  }, []);
  useEffect(() => view?.show(conflicts, writable), [view, conflicts, writable]);
  return useMemo(() => ({ attach, view }), [attach, view]);
}
