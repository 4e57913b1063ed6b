import { Editor } from '@monaco-editor/react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useIsDark } from '@/lib/color-mode.js';
import { EDITOR_CLASS, editorOptions } from './editor-options.js';
import { isLarge, LARGE_LANGUAGE, largeModelOptions, largeOptions } from './large-text.js';
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
  const large = isLarge(text.length);
  return (
    <Editor
      // What is turned off for a large text stays off in its editor.
      key={large ? 'large' : 'usual'}
      className={EDITOR_CLASS}
      value={text}
      path={`perch-past-${group}:///${path}`}
      language={large ? LARGE_LANGUAGE : undefined}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Loading the editor" />}
      options={{
        ...editorOptions,
        ...(large && largeOptions),
        readOnly: true,
        domReadOnly: true,
        ariaLabel: label,
      }}
      onMount={(editor) => {
        if (large) editor.getModel()?.updateOptions(largeModelOptions);
      }}
    />
  );
}
