import type { WorkspaceEvent } from '@protocol/event.js';
import type { EditSession, TimelineKind } from '@protocol/history.js';
import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '@/lib/http.js';
import type { Room } from '@/lib/room/room.js';

const PAGE = 50;
const CATCH_UP_PAGE = 500;
/** What went before an event that is looked for. */
const LEAD = 20;
/** How often it is asked while nothing is heard (EVT5). */
const POLL_MS = 7_000;
/** How often it is asked how much was typed, and until when it may still go on. */
const TYPING_MS = 15_000;

/** Of these alone; empty or null for all. */
export type EventFilter = {
  kinds: readonly TimelineKind[];
  person: { id: string; name: string } | null;
  path: string | null;
};
type Found = { events: WorkspaceEvent[]; edits: readonly EditSession[] };
type Range = { after?: number; before?: number; limit: number };

/**
 * The room's events, newest first: the past by pages, the present as it
 * happens, none twice. While the room is away, what happens is asked for:
 * where sockets do not get through, plain requests may. Of another filter
 * another one: it has to be made anew.
 */
export function useEvents(workspaceId: string, room: Room, filter: EventFilter) {
  const { kinds, person, path } = filter;
  const isFiltered = kinds.length > 0 || person !== null || path !== null;
  const asked = useRef(filter);
  const [edits, setEdits] = useState<ReadonlyMap<number, EditSession>>(new Map());
  const [events, setEvents] = useState<readonly WorkspaceEvent[]>([]);
  const [hasMore, setHasMore] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const known = useRef(events);
  useEffect(() => {
    known.current = events;
  }, [events]);

  const askEvents = useCallback(
    async (range: Range): Promise<WorkspaceEvent[]> => {
      const found = await askTimeline(workspaceId, range, asked.current);
      setEdits((known) => new Map([...known, ...found.edits.map((edit) => [edit.seq, edit] as const)]));
      return found.events;
    },
    [workspaceId],
  );
  const load = useCallback(
    async (before?: number) => {
      const found = await askEvents({ before, limit: PAGE });
      setEvents((known) => merge(known, found));
      if (found.length < PAGE) setHasMore(false);
      return found[0]?.seq ?? 0;
    },
    [askEvents],
  );
  useEffect(() => {
    /** Up to here nothing is missing. */
    let last: number | undefined;
    let asking = false;
    let again = false;
    const catchUp = async (): Promise<void> => {
      last ??= await load();
      let found: readonly WorkspaceEvent[];
      do {
        again = false;
        found = await askEvents({ after: last, limit: CATCH_UP_PAGE });
        const events = found;
        setEvents((known) => merge(known, events));
        last = Math.max(last, found.at(-1)?.seq ?? 0);
      } while (again || found.length === CATCH_UP_PAGE);
    };
    const ask = async (): Promise<void> => {
      again = true;
      if (asking) return;
      asking = true;
      try {
        await catchUp();
        setProblem(null);
      } catch (error) {
        // That the server is away the page says already.
        if (room.state.kind !== 'away') setProblem(wordsOf(error));
      } finally {
        asking = false;
      }
    };
    void ask();
    const offEvent = room.subscribe('event', (event) => {
      // The server knows which of them are asked for.
      if (isFiltered) {
        void ask();
        return;
      }
      if (last !== undefined && event.seq === last + 1) last = event.seq;
      setEvents((known) => merge(known, [event]));
    });
    // What happened while we were away.
    const offState = room.subscribe('state', () => {
      if (room.state.kind === 'joined') void ask();
    });
    const polling = setInterval(() => {
      if (room.state.kind === 'away') void ask();
    }, POLL_MS);
    const counting = setInterval(() => {
      if (room.state.kind === 'joined' && known.current.some(mayGoOn))
        askEvents({ limit: PAGE }).catch(() => undefined);
    }, TYPING_MS);
    return () => {
      offEvent();
      offState();
      clearInterval(polling);
      clearInterval(counting);
    };
  }, [load, askEvents, room, isFiltered]);

  const loadMore = (): void => {
    load(events.at(-1)?.seq).catch((error: unknown) => setProblem(wordsOf(error)));
  };
  /** Loads back until an event is there. */
  const reach = useCallback(
    async (seq: number): Promise<void> => {
      let before = known.current.at(-1)?.seq;
      while (before === undefined || before > seq) {
        const missing = before === undefined ? PAGE : before - seq + LEAD;
        const limit = Math.min(CATCH_UP_PAGE, Math.max(PAGE, missing));
        const found = await askEvents({ before, limit });
        setEvents((events) => merge(events, found));
        if (found.length < limit) setHasMore(false);
        before = found.at(-1)?.seq;
        if (before === undefined) return;
      }
    },
    [askEvents],
  );
  return { events, edits, hasMore, loadMore, reach, problem };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function askTimeline(
  workspaceId: string,
  range: Range,
  { kinds, person, path }: EventFilter,
): Promise<Found> {
  const page = await request('GET /api/workspaces/:id/timeline', {
    params: { id: workspaceId },
    query: {
      ...range,
      kinds: kinds.length > 0 ? kinds.join(',') : undefined,
      person: person?.id,
      path: path ?? undefined,
    },
  });
  return { events: page.events as WorkspaceEvent[], edits: page.edits };
}

/** What is typed is told when it begins. */
function mayGoOn({ type, createdAt }: WorkspaceEvent): boolean {
  return type === 'file.edited' && Date.now() - Date.parse(createdAt) < TYPING_MS * 8;
}

function merge(known: readonly WorkspaceEvent[], found: readonly WorkspaceEvent[]): WorkspaceEvent[] {
  const bySeq = new Map([...known, ...found].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((one, other) => other.seq - one.seq);
}
