import type { editor } from 'monaco-editor';
import { useLayoutEffect, useRef } from 'react';
import type * as Y from 'yjs';
import { toast } from '@/components/toaster.js';
import type { startVim } from './vim.js';
import './vim-status.css';

type Props = { editor: editor.IStandaloneCodeEditor; history: Y.UndoManager };

/** Fetched by whoever asks for it first. */
let fetched: typeof startVim | undefined;

/** Vim's last line: its mode, the keys of a command under way, and where `:` and `/` are typed. */
export function VimStatus({ editor, history }: Props) {
  const status = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const start = () => status.current && fetched?.(editor, status.current, history);
    let stop = start();
    if (stop) return stop;
    const held = holdKeys(editor);
    let left = false;
    import('./vim.js')
      .then(
        (module) => {
          fetched = module.startVim;
          if (!left) stop = start();
        },
        () => toast({ message: 'Vim’s keys could not be fetched. The usual ones work.', tone: 'danger' }),
      )
      .finally(() => held.dispose());
    return () => {
      left = true;
      held.dispose();
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

/** Commands that come too early are not to be typed into the text. */
function holdKeys(editor: editor.IStandaloneCodeEditor) {
  return editor.onKeyDown(({ browserEvent }) => {
    const { key, ctrlKey, metaKey } = browserEvent;
    if (ctrlKey || metaKey || (key.length > 1 && !/^(Enter|Backspace|Delete)$/.test(key))) return;
    browserEvent.preventDefault();
    browserEvent.stopPropagation();
  });
}
