import type { editor } from 'monaco-editor';
import { useEffect, useRef } from 'react';
import type * as Y from 'yjs';
import { toast } from '@/components/toaster.js';
import './vim-status.css';

type Props = { editor: editor.IStandaloneCodeEditor; history: Y.UndoManager };

/** Vim's last line: its mode, the keys of a command under way, and where `:` and `/` are typed. */
export function VimStatus({ editor, history }: Props) {
  const status = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let left = false;
    // Only whoever asked for it fetches it.
    import('./vim.js').then(
      ({ startVim }) => {
        if (!left && status.current) stop = startVim(editor, status.current, history);
      },
      () => toast({ message: 'Vim’s keys could not be fetched. The usual ones work.', tone: 'danger' }),
    );
    return () => {
      left = true;
      stop?.();
    };
  }, [editor, history]);
  return (
    <div
      ref={status}
      className="vim-status"
      role="group"
      aria-label="Vim"
      // The field is the library's, which gives it no name.
      onFocus={({ target }) => (target.ariaLabel ??= 'Vim command')}
    />
  );
}
