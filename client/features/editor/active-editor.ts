import type { editor } from 'monaco-editor';

/** The text editor one was last in, for whatever stands outside it. Null while none is open. */
let active: editor.IStandaloneCodeEditor | null = null;
let wantsFocus = false;

/** To be called when an editor is made and whenever it is entered. */
export function enterEditor(editor: editor.IStandaloneCodeEditor): void {
  active = editor;
}

export function leaveEditor(editor: editor.IStandaloneCodeEditor): void {
  if (active === editor) active = null;
}

export function activeEditor(): editor.IStandaloneCodeEditor | null {
  return active;
}

/** Puts the keyboard into the editor that is about to be made. */
export function focusNextEditor(): void {
  wantsFocus = true;
}

/** Puts the keyboard into the editor, or into the one that is about to be made. */
export function focusEditor(): void {
  wantsFocus = true;
  requestAnimationFrame(() => {
    if (!active) return;
    wantsFocus = false;
    active.focus();
  });
}

/** Whether somebody has asked for the keyboard to be in the editor that is just made; asked once. */
export function takeFocusWish(): boolean {
  const wished = wantsFocus;
  wantsFocus = false;
  return wished;
}

/** Runs one of Monaco's own actions, in the editor one was last in. */
export function runEditorAction(id: string): void {
  if (!active) return;
  active.focus();
  active.trigger('perch', id, null);
}
