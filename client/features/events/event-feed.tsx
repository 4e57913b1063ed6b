import { Button, Flash, RelativeTime } from '@primer/react';
import type { WorkspaceEvent } from '@protocol/event.js';
import { useEffect, useRef, useState } from 'react';
import { personColor } from '@/lib/person-color.js';
import { toast } from '@/components/toaster.js';
import { useIsAway } from '@/lib/reachability.js';
import type { Room } from '@/lib/room/room.js';
import { eventSentence } from './event-sentence.js';
import { useEvents } from './use-events.js';
import './event-feed.css';

/** An event to go to; another object each time, be it the same event. */
export type SoughtEvent = { seq: number };

/** What happened in this room, the newest on top. */
export function EventFeed({
  workspaceId,
  room,
  sought,
  onFound,
  onOpen,
}: {
  workspaceId: string;
  room: Room;
  sought: SoughtEvent | null;
  onFound: () => void;
  onOpen: (path: string) => void;
}) {
  const isAway = useIsAway();
  const { events, hasMore, loadMore, reach, problem } = useEvents(workspaceId, room);
  const [found, setFound] = useState<SoughtEvent | null>(null);
  const latest = useRef(onFound);
  useEffect(() => {
    latest.current = onFound;
  });
  useEffect(() => {
    if (!sought) return undefined;
    let isOver = false;
    const show = (): void => {
      if (isOver) return;
      setFound(sought);
      latest.current();
    };
    reach(sought.seq).then(show, (error: Error) => toast({ message: error.message, tone: 'danger' }));
    return () => {
      isOver = true;
    };
  }, [sought, reach]);
  return (
    <section aria-label="Activity">
      <header className="panel-header">
        <h2>Activity</h2>
      </header>
      {problem && <Flash variant="warning">{problem}</Flash>}
      {isAway && events.length === 0 && (
        <p className="event-feed-away muted">
          Not connected: what happened here is shown when Perch is back.
        </p>
      )}
      <ol className="event-feed">
        {events.map((event) => (
          <EventRow
            key={event.seq}
            event={event}
            sought={found?.seq === event.seq ? found : null}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {hasMore && events.length > 0 && (
        <Button size="small" variant="invisible" block onClick={loadMore}>
          Show earlier
        </Button>
      )}
    </section>
  );
}

type RowProps = { event: WorkspaceEvent; sought: SoughtEvent | null; onOpen: (path: string) => void };

function EventRow({ event, sought, onOpen }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!sought) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.focus({ preventScroll: true });
  }, [sought]);
  const { words, path, url } = eventSentence(event);
  const color = event.actor.kind === 'person' ? personColor(event.actor.color) : 'var(--fgColor-muted)';
  return (
    <li
      ref={row}
      className="event-row"
      tabIndex={sought ? -1 : undefined}
      aria-current={sought ? 'true' : undefined}
    >
      <span className="event-dot" style={{ background: color }} aria-hidden="true" />
      <span className="event-words">
        <strong>{event.actor.name}</strong>{' '}
        {url === undefined ? (
          words
        ) : (
          <a href={url} target="_blank" rel="noreferrer">
            {words}
          </a>
        )}{' '}
        {path !== undefined && (
          <button type="button" className="event-path" onClick={() => onOpen(path)}>
            {path}
          </button>
        )}
      </span>
      <RelativeTime className="event-time" date={new Date(event.createdAt)} format="micro" />
    </li>
  );
}
