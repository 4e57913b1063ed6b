import type { editor } from 'monaco-editor';
import { initVimMode, VimMode } from 'monaco-vim';
import type * as Y from 'yjs';

type Vim = { editor: editor.IStandaloneCodeEditor };
type Commands = Record<'undo' | 'redo', (vim: Vim) => void>;
type ExCommands = { defineEx(name: string, short: string, run: (vim: Vim) => void): void };

const run = (action: string) => (vim: Vim) => vim.editor.trigger('vim', action, null);

// Vim's own undo would take back what others have typed.
const commands = VimMode.commands as Commands;
commands.undo = run('perch.undo');
commands.redo = run('perch.redo');
const ex = (VimMode as unknown as { Vim: ExCommands }).Vim;
ex.defineEx('undo', 'u', run('perch.undo'));
ex.defineEx('redo', 'red', run('perch.redo'));
ex.defineEx('write', 'w', run('perch.save'));

/**
 * Vim's keys in one editor, its mode and command line in `status`. What is
 * typed between entering and leaving insert mode is undone as one.
 *
 * @returns to be called to go back to the usual keys
 */
export function startVim(
  editor: editor.IStandaloneCodeEditor,
  status: HTMLElement,
  history: Y.UndoManager,
): () => void {
  const vim = initVimMode(editor, status);
  const usual = history.captureTimeout;
  let isTyping = false;
  vim.on('vim-mode-change', ({ mode }: { mode: string }) => {
    isTyping = mode === 'insert' || mode === 'replace';
    history.captureTimeout = isTyping ? Infinity : usual;
    // What led into it, as the new line of `o`, belongs to what is typed then.
    if (!isTyping) history.stopCapturing();
  });
  vim.on('vim-command-done', () => {
    if (!isTyping) history.stopCapturing();
  });
  return () => {
    history.captureTimeout = usual;
    vim.dispose();
    editor.updateOptions({ cursorStyle: 'line', cursorBlinking: 'blink', cursorWidth: 0 });
  };
}
