import { Button, Flash, RelativeTime } from '@primer/react';
import type { WorkspaceEvent } from '@protocol/event.js';
import { personColor } from '@/lib/person-color.js';
import { useIsAway } from '@/lib/reachability.js';
import type { Room } from '@/lib/room/room.js';
import { eventSentence } from './event-sentence.js';
import { useEvents } from './use-events.js';
import './event-feed.css';

/** What happened in this room, the newest on top. */
export function EventFeed({
  workspaceId,
  room,
  onOpen,
}: {
  workspaceId: string;
  room: Room;
  onOpen: (path: string) => void;
}) {
  const isAway = useIsAway();
  const { events, hasMore, loadMore, problem } = useEvents(workspaceId, room);
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
          <EventRow key={event.seq} event={event} onOpen={onOpen} />
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

function EventRow({ event, onOpen }: { event: WorkspaceEvent; onOpen: (path: string) => void }) {
  const { words, path, url } = eventSentence(event);
  const color = event.actor.kind === 'person' ? personColor(event.actor.color) : 'var(--fgColor-muted)';
  return (
    <li className="event-row">
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
