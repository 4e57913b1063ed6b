import { Dialog } from '@primer/react';
import type { Conflict } from '@protocol/conflict.js';
import { lazy, Suspense } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';

const TextDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).TextDiff }));

/** A conflict and what stood of ours when it was looked at. */
export type Compared = { conflict: Conflict; current: string };

/** Both sides of a conflict, side by side. */
export function ConflictComparison({
  conflict,
  current,
  group,
  onClose,
}: Compared & { group: number; onClose: () => void }) {
  const { path, currentLabel, incomingLabel, incomingText } = conflict;
  const labels = { base: `Current Change (${currentLabel})`, text: `Incoming Change (${incomingLabel})` };
  return (
    <Dialog
      title={`Current and incoming: ${path}`}
      subtitle={`Current: ${currentLabel}. Incoming: ${incomingLabel}.`}
      width="xlarge"
      height="large"
      onClose={onClose}
    >
      <Suspense fallback={<DelayedProgress label="Comparing" />}>
        <div className="conflict-comparison">
          <TextDiff path={path} base={current} text={incomingText ?? ''} group={group} labels={labels} />
        </div>
      </Suspense>
    </Dialog>
  );
}
