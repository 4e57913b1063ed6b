import { Button } from '@primer/react';
import type { BranchState } from '@protocol/branch-state.js';
import './branch-state-notice.css';

type Props = {
  discarded: NonNullable<BranchState['discarded']>;
  writable: boolean;
  isPending: boolean;
  onRecover: (discardId: string) => void;
};

/** What was discarded with a branch, and the way back; for a week. */
export function DiscardedNote({ discarded, writable, isPending, onRecover }: Props) {
  const { id, files, by } = discarded;
  return (
    <p className="workspace-notice branch-state">
      <span className="branch-state-words">
        {by.name} discarded what was not committed ({files === 1 ? '1 file' : `${files} files`}). It is kept
        for a week.
      </span>
      {writable && (
        <Button size="small" disabled={isPending} onClick={() => onRecover(id)}>
          Bring it back
        </Button>
      )}
    </p>
  );
}
