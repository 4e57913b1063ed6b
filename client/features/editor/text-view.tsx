import { Editor } from '@monaco-editor/react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useIsDark } from '@/lib/color-mode.js';
import { editorOptions } from './editor-options.js';
import './monaco.js';

/** A text to be read, which is not the file as it is now. */
export function TextView({
  path,
  text,
  label,
  group,
}: {
  path: string;
  text: string;
  label: string;
  group: number;
}) {
  const isDark = useIsDark();
  return (
    <Editor
      value={text}
      path={`perch-past-${group}:///${path}`}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Loading the editor" />}
      options={{ ...editorOptions, readOnly: true, domReadOnly: true, ariaLabel: label }}
    />
  );
}
