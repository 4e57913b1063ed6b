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
  const text = useText(document);
  const isDark = useIsDark();
  return (
    <DiffEditor
      original={base}
      modified={text}
      originalModelPath={`perch-base:///${document.path}`}
      modifiedModelPath={`perch-diff:///${document.path}`}
      theme={isDark ? 'perch-dark' : 'perch-light'}
      loading={<DelayedProgress label="Comparing" />}
      options={{
        ...editorOptions,
        readOnly: true,
        renderSideBySideInlineBreakpoint: 700,
        originalAriaLabel: `${document.path} at the last commit`,
        modifiedAriaLabel: `${document.path} now`,
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
