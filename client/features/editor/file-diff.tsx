import { DiffEditor } from '@monaco-editor/react';
import { useEffect, useState } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useIsDark } from '@/lib/color-mode.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { editorOptions } from './editor-options.js';
import './monaco.js';
import { useDoc } from './use-live-document.js';

/** The base on the left, what everybody has made of it on the right, live. */
export function FileDiff({ document, base }: { document: LiveDocument; base: string }) {
  return <TextDiff path={document.path} base={base} text={useText(document)} />;
}

/** Two texts side by side; of a deleted file the right one is empty. */
export function TextDiff({ path, base, text }: { path: string; base: string; text: string }) {
  const isDark = useIsDark();
  return (
    <DiffEditor
      original={base}
      modified={text}
      originalModelPath={`perch-base:///${path}`}
      modifiedModelPath={`perch-diff:///${path}`}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Comparing" />}
      options={{
        ...editorOptions,
        readOnly: true,
        renderSideBySideInlineBreakpoint: 700,
        originalAriaLabel: `${path} at the last commit`,
        modifiedAriaLabel: `${path} now`,
      }}
    />
  );
}

function useText(document: LiveDocument): string {
  const doc = useDoc(document);
  const [text, setText] = useState(() => document.text.toString());
  useEffect(() => {
    const shared = document.text;
    const read = (): void => setText(shared.toString());
    read();
    shared.observe(read);
    return () => shared.unobserve(read);
  }, [document, doc]);
  return text;
}
