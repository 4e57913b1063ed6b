import { useEffect, useState } from 'react';

/** Somebody who types pauses this long between words, not between letters. */
const SETTLES_MS = 200;

/** A text once it has been left alone for a moment: what is asked of a server while somebody types. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
