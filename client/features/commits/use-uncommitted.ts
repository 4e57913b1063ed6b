import type { FileChange } from '@protocol/file.js';
import { useCallback, useState } from 'react';

/**
 * The changes without those that were committed here. They are asked for anew,
 * and wait for the listing of the new commit; the notice of it does not.
 */
export function useUncommitted(changes: FileChange[]): {
  changes: FileChange[];
  onCommitted: (paths: readonly string[]) => void;
} {
  const [committed, setCommitted] = useState<{ of: FileChange[]; left: FileChange[] }>();
  const onCommitted = useCallback(
    (paths: readonly string[]) =>
      setCommitted({ of: changes, left: changes.filter(({ path }) => !paths.includes(path)) }),
    [changes],
  );
  return { changes: committed?.of === changes ? committed.left : changes, onCommitted };
}
