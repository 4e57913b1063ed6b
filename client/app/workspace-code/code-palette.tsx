import type { WorkspaceFiles } from '@protocol/file.js';
import { useMemo } from 'react';
import { activeEditor, runEditorAction } from '@/features/editor/active-editor.js';
import { presentFiles } from '@/features/files/tree-model.js';
import type { Command } from '@/features/palette/command.js';
import { Palette } from '@/features/palette/palette.js';
import type { EditorGroupsState } from './use-editor-groups.js';

type Props = {
  start: string;
  files: WorkspaceFiles;
  editors: EditorGroupsState;
  commands: () => Command[];
  onOpen: (path: string) => void;
  onClose: () => void;
};

/** The palette over this branch's files, those not yet committed among them. */
export function CodePalette({ start, files, editors, commands, onOpen, onClose }: Props) {
  const paths = useMemo(
    () =>
      [...presentFiles(files).values()]
        .filter((file) => file.mode !== '160000')
        .map((file) => file.path)
        .toSorted(),
    [files],
  );
  const recent = editors.groups.flatMap((tabs) => tabs.open.map((tab) => tab.path)).toReversed();
  return (
    <Palette
      key={start}
      start={start}
      paths={paths}
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
