import type { WorkspaceEvent } from '@protocol/event.js';
import { useCallback, useEffect, useState } from 'react';
import { request } from '@/lib/http.js';
import type { Room } from '@/lib/room/room.js';

const PAGE = 50;

/** The room's events, newest first: the past by pages, the present as it happens, none twice. */
export function useEvents(workspaceId: string, room: Room) {
  const [events, setEvents] = useState<readonly WorkspaceEvent[]>([]);
  const [hasMore, setHasMore] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(
    async (before?: number) => {
      try {
        const page = await request('GET /api/workspaces/:id/events', {
          params: { id: workspaceId },
          query: { before, limit: PAGE },
        });
        const found = page.events as WorkspaceEvent[];
        setEvents((known) => merge(known, found));
        if (found.length < PAGE) setHasMore(false);
        setProblem(null);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    },
    [workspaceId],
  );

  useEffect(() => {
    void load();
    const offEvent = room.subscribe('event', (event) => setEvents((known) => merge(known, [event])));
    // What happened while we were away.
    const offState = room.subscribe('state', () => room.state.kind === 'joined' && void load());
    return () => {
      offEvent();
      offState();
    };
  }, [load, room]);

  const loadMore = (): void => void load(events.at(-1)?.seq);
  return { events, hasMore, loadMore, problem };
}

function merge(known: readonly WorkspaceEvent[], found: readonly WorkspaceEvent[]): WorkspaceEvent[] {
  const bySeq = new Map([...known, ...found].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((one, other) => other.seq - one.seq);
}
