import { useMemo } from 'react';
import { activeEditor, runEditorAction } from '@/features/editor/active-editor.js';
import type { Files } from '@/features/files/use-files.js';
import type { Command } from '@/features/palette/command.js';
import { Palette } from '@/features/palette/palette.js';
import type { EditorGroupsState } from './use-editor-groups.js';

type Props = {
  start: string;
  files: Files;
  editors: EditorGroupsState;
  commands: () => Command[];
  onOpen: (path: string) => void;
  onClose: () => void;
};

/** The palette over this branch's files, those not yet committed among them. */
export function CodePalette({ start, files, editors, commands, onOpen, onClose }: Props) {
  const { tree, changes } = files;
  const { listing } = tree.base;
  const source = useMemo(() => ({ base: listing, changes }), [listing, changes]);
  const recent = editors.groups.flatMap((tabs) => tabs.open.map((tab) => tab.path)).toReversed();
  return (
    <Palette
      key={start}
      start={start}
      files={source}
      recent={recent}
      commands={commands}
      onOpen={onOpen}
      onLine={goToLine}
      onSymbols={() => runEditorAction('editor.action.quickOutline')}
      onClose={onClose}
    />
  );
}

function goToLine(line: number): void {
  const editor = activeEditor();
  editor?.setPosition({ lineNumber: line, column: 1 });
  editor?.revealLineInCenter(line);
  editor?.focus();
}
