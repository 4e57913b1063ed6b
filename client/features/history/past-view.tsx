import { Button, Flash } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { WorkspaceEvent } from '@protocol/event.js';
import type { FileMoment } from '@protocol/history.js';
import { useEffect, useState, type ReactNode } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import type { Room } from '@/lib/room/room.js';
import { Scrubber } from './scrubber.js';
import { useFileEvents } from './use-file-events.js';
import { useRevert } from './use-revert.js';
import './past-view.css';

type Props = {
  workspaceId: string;
  room: Room;
  path: string;
  /** The event after which it is shown; null for the last there is. */
  at: number | null;
  writable: boolean;
  sentence: (event: WorkspaceEvent) => string;
  onAt: (seq: number) => void;
  /** Back to the file as it is now. */
  onNow: () => void;
  /** Whether what it was can be compared with what it is. */
  isComparable: (moment: PresentMoment) => boolean;
  children: (shown: ShownMoment) => ReactNode;
};
export type PresentMoment = Exclude<FileMoment, { kind: 'absent' }>;
export type ShownMoment = {
  moment: PresentMoment;
  seq: number;
  isCompared: boolean;
  /** What happened then. */
  label: string;
};

/** Going along it with a key held down asks for where one stays. */
const SETTLE_MS = 120;
/** Typing goes on without an event. */
const TYPING_MS = 3_000;

/** A file as it was after any event, to be compared with now and brought back. */
export function PastView(props: Props) {
  const { workspaceId, room, path, at, writable, sentence, isComparable, onAt, onNow, children } = props;
  const found = useFileEvents(workspaceId, room, path);
  const { events, edits, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = found;
  const [isCompared, setIsCompared] = useState(false);
  const first = events?.[0]?.seq;
  const isFurther = at !== null && first !== undefined && at < first && hasNextPage;
  useEffect(() => {
    if (isFurther && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [isFurther, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const index = events ? indexOf(events, at) : 0;
  const seq = useSettled(events?.[index]?.seq ?? null);
  const settled = events?.find((each) => each.seq === seq);
  const isLast = seq !== null && seq === events?.at(-1)?.seq;
  const moment = useQuery({
    // What comes next says when typing was over.
    queryKey: ['moment', workspaceId, path, seq, isLast ? 'last' : 'over'],
    refetchInterval: isLast && settled?.type === 'file.edited' ? TYPING_MS : false,
    enabled: seq !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request('GET /api/workspaces/:id/history', {
        params: { id: workspaceId },
        query: { path, seq: seq ?? 0 },
        signal,
      }),
  });
  const revert = useRevert(workspaceId, room, onNow);
  const goEarlier = async (): Promise<void> => {
    const { error } = await fetchNextPage();
    if (error) toast({ message: error.message, tone: 'danger' });
  };
  const go = (to: number): void => {
    const event = events?.[to];
    if (event) onAt(event.seq);
    else onNow();
  };
  const isStuck = isFurther && isFetchNextPageError;
  if (found.error && (!events || isStuck)) {
    const retry = (): unknown => (isStuck ? fetchNextPage() : found.refetch());
    return <Problem error={found.error} onRetry={() => void retry()} />;
  }
  if (!events || isFurther) return <DelayedProgress label="Looking what happened to this file" />;
  const there = moment.data && moment.data.kind !== 'absent' ? moment.data : null;
  const canCompare = there !== null && isComparable(there);
  const event = events[index];
  return (
    <section className="past-view" aria-label={`History of ${path}`}>
      <div className="past-bar">
        <Scrubber events={events} edits={edits} index={index} sentence={sentence} onIndex={go} />
        <div className="past-actions">
          {hasNextPage && (
            <Button
              size="small"
              variant="invisible"
              loading={isFetchingNextPage}
              onClick={() => void goEarlier()}
            >
              Earlier
            </Button>
          )}
          <Button
            size="small"
            aria-pressed={isCompared}
            variant={isCompared ? 'default' : 'invisible'}
            disabled={!canCompare}
            onClick={() => setIsCompared(!isCompared)}
          >
            Compare with now
          </Button>
          {writable && (
            <Button
              size="small"
              variant="primary"
              disabled={there === null || seq === null || moment.isPlaceholderData}
              loading={revert.isPending}
              onClick={() => seq !== null && revert.mutate({ path, seq })}
            >
              Restore this
            </Button>
          )}
          <Button size="small" onClick={onNow}>
            Back to now
          </Button>
        </div>
      </div>
      <div className="past-body" aria-busy={moment.isFetching}>
        {moment.isPlaceholderData && <DelayedProgress label="Reading the file as it was" />}
        {moment.error && !moment.data ? (
          <Flash variant="warning">{moment.error.message}</Flash>
        ) : !moment.data ? (
          <DelayedProgress label="Reading the file as it was" />
        ) : there === null || seq === null ? (
          <Absent moment={moment.data} path={path} onBack={index > 0 ? () => go(index - 1) : null} />
        ) : (
          children({
            moment: there,
            seq,
            isCompared: isCompared && canCompare,
            label: event ? sentence(event) : 'then',
          })
        )}
      </div>
    </section>
  );
}

/** Of an event that was about something else, the last one before it that was about the file. */
function indexOf(events: readonly WorkspaceEvent[], at: number | null): number {
  if (at === null) return Math.max(0, events.length - 1);
  return Math.max(
    0,
    events.findLastIndex(({ seq }) => seq <= at),
  );
}

function useSettled(seq: number | null): number | null {
  const [settled, setSettled] = useState(seq);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(seq), settled === null ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [seq, settled]);
  return settled;
}

function Absent({ moment, path, onBack }: { moment: FileMoment; path: string; onBack: (() => void) | null }) {
  const isDeleted = moment.kind === 'absent' && moment.was === 'deleted';
  return (
    <Blankslate>
      <Blankslate.Heading as="h2">
        {isDeleted ? `${path} was deleted by then` : `${path} was not there yet`}
      </Blankslate.Heading>
      <Blankslate.Description>
        {isDeleted
          ? 'Step back to see what it said, and to bring it back.'
          : 'Step forward to see what it said.'}
      </Blankslate.Description>
      {isDeleted && onBack && <Button onClick={onBack}>Step back</Button>}
    </Blankslate>
  );
}
