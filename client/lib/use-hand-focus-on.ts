import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Where a part of the page goes with the keyboard in it, as a question does that was answered, the page has it. */
export function useHandFocusOn(): RefObject<HTMLElement | null> {
  const part = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const held = part.current;
    // It is still there: this is before it is taken out.
    return () => {
      if (held?.contains(document.activeElement)) document.getElementById('main')?.focus();
    };
  }, []);
  return part;
}
