import { Button, Flash } from '@primer/react';
import { useEffect, useRef, useState } from 'react';
import { toast } from '@/components/toaster.js';
import { useIsAway } from '@/lib/reachability.js';
import type { Room } from '@/lib/room/room.js';
import { byDay } from './event-days.js';
import { EventFilterMenu, FilterTokens, NO_FILTER } from './event-filter.js';
import { EventRow, type SoughtEvent } from './event-row.js';
import { useEvents, type EventFilter } from './use-events.js';
import './event-feed.css';

type Props = {
  workspaceId: string;
  room: Room;
  /** The file that is open. */
  openPath: string | null;
  /** Whether a path is that of a folder, which opens as no file. */
  isFolder: (path: string) => boolean;
  sought: SoughtEvent | null;
  onFound: () => void;
  onOpen: (path: string) => void;
  onShowPast: (path: string, seq: number) => void;
};

/** What happened in this room, the newest on top: all of it, or what is wanted of it. */
export function EventFeed(props: Props) {
  const { openPath, sought } = props;
  const [filter, setFilter] = useState(NO_FILTER);
  const [people, setPeople] = useState<EventFilter['person'][]>([]);
  // Whoever goes to an event wants to see it, and what happened around it.
  if (sought && filter !== NO_FILTER) setFilter(NO_FILTER);
  return (
    <section aria-label="Activity">
      <header className="panel-header event-feed-header">
        <h2>Activity</h2>
        <EventFilterMenu
          filter={filter}
          people={people.filter((each) => each !== null)}
          path={filter.path ?? openPath}
          onFilter={(next) => setFilter(isEmpty(next) ? NO_FILTER : next)}
        />
      </header>
      <FilterTokens filter={filter} onFilter={(next) => setFilter(isEmpty(next) ? NO_FILTER : next)} />
      <EventList
        key={JSON.stringify(filter)}
        {...props}
        filter={filter}
        onPeople={(found) => setPeople((known) => joined(known, found))}
        onAll={() => setFilter(NO_FILTER)}
      />
    </section>
  );
}

type ListProps = Props & {
  filter: EventFilter;
  onPeople: (people: EventFilter['person'][]) => void;
  onAll: () => void;
};

function EventList(props: ListProps) {
  const { workspaceId, room, openPath, isFolder, sought, onFound, onOpen, onShowPast } = props;
  const { filter, onPeople, onAll } = props;
  const isAway = useIsAway();
  const { events, edits, hasMore, loadMore, reach, problem } = useEvents(workspaceId, room, filter);
  const [found, setFound] = useState<SoughtEvent | null>(null);
  const latest = useRef({ onFound, onPeople });
  useEffect(() => {
    latest.current = { onFound, onPeople };
  });
  useEffect(() => {
    latest.current.onPeople(events.flatMap(({ actor }) => (actor.kind === 'person' ? [actor] : [])));
  }, [events]);
  useEffect(() => {
    if (!sought) return undefined;
    let isOver = false;
    const show = (): void => {
      if (isOver) return;
      setFound(sought);
      latest.current.onFound();
    };
    const fail = (error: Error): void => {
      if (isOver) return;
      toast({ message: error.message, tone: 'danger' });
      // Whoever looks on may filter again.
      latest.current.onFound();
    };
    reach(sought.seq).then(show, fail);
    return () => {
      isOver = true;
    };
  }, [sought, reach]);
  return (
    <>
      {problem && <Flash variant="warning">{problem}</Flash>}
      {isAway && events.length === 0 && (
        <p className="event-feed-away muted">
          Not connected: what happened here is shown when Perch is back.
        </p>
      )}
      {!isAway && !hasMore && events.length === 0 && (
        <div className="event-feed-away">
          <p className="muted">Nothing of this kind has happened here yet.</p>
          <Button size="small" onClick={onAll}>
            Show everything
          </Button>
        </div>
      )}
      {byDay(events).map(({ day, events: ofDay }) => (
        <section key={day} aria-label={day}>
          <h3 className="event-day">{day}</h3>
          <ol className="event-feed">
            {ofDay.map((event) => (
              <EventRow
                key={event.seq}
                event={event}
                edit={edits.get(event.seq)}
                sought={found?.seq === event.seq ? found : null}
                openPath={openPath}
                isFolder={isFolder}
                onOpen={onOpen}
                onShowPast={onShowPast}
              />
            ))}
          </ol>
        </section>
      ))}
      {hasMore && events.length > 0 && (
        <Button size="small" variant="invisible" block onClick={loadMore}>
          Show earlier
        </Button>
      )}
    </>
  );
}

const isEmpty = ({ kinds, person, path }: EventFilter): boolean =>
  kinds.length === 0 && person === null && path === null;

/** The same where nobody is new, so that nothing is drawn again. */
function joined(known: EventFilter['person'][], found: EventFilter['person'][]): EventFilter['person'][] {
  const all = new Map([...known, ...found].map((each) => [each?.id, each]));
  return all.size === known.length
    ? known
    : [...all.values()].map((each) => each && { id: each.id, name: each.name });
}
