import { useEffect, useState } from 'react';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useDoc } from './use-live-document.js';

/** The text as it is now, whoever changes it. */
export function useDocumentText(document: LiveDocument): string {
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
