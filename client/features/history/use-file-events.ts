import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { WorkspaceEvent } from '@protocol/event.js';
import type { EditSession } from '@protocol/history.js';
import { useEffect, useMemo } from 'react';
import { request } from '@/lib/http.js';
import type { Room } from '@/lib/room/room.js';

const PAGE = 200;
/** Several events may come of one deed, and each tells of what can be asked for. */
const GATHER_MS = 400;

const keyOf = (workspaceId: string) => ['file-events', workspaceId];

/** What happened to one file, the oldest first, and as it happens. */
export function useFileEvents(workspaceId: string, room: Room, path: string) {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lookAgain = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        void client.invalidateQueries({ queryKey: keyOf(workspaceId) });
      }, GATHER_MS);
    };
    const offEvent = room.subscribe('event', lookAgain);
    const offState = room.subscribe('state', () => room.state.kind === 'joined' && lookAgain());
    return () => {
      clearTimeout(timer);
      offEvent();
      offState();
    };
  }, [client, room, workspaceId]);
  const query = useInfiniteQuery({
    queryKey: [...keyOf(workspaceId), path],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      request('GET /api/workspaces/:id/timeline', {
        params: { id: workspaceId },
        query: { path, limit: PAGE, before: pageParam },
        signal,
      }),
    getNextPageParam: (last) => (last.events.length === PAGE ? last.events.at(-1)?.seq : undefined),
  });
  const { data } = query;
  const events = useMemo(
    () => (data ? (data.pages.flatMap((page) => page.events).toReversed() as WorkspaceEvent[]) : undefined),
    [data],
  );
  const edits = useMemo(
    () =>
      new Map<number, EditSession>(
        data?.pages.flatMap((page) => page.edits.map((edit) => [edit.seq, edit] as const)),
      ),
    [data],
  );
  return { ...query, events, edits };
}
