import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Conflict, ConflictChoice } from '@protocol/conflict.js';
import { movesBase } from '@protocol/event.js';
import { ProtocolError } from '@protocol/error.js';
import { useCallback, useEffect } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import type { Room } from '@/lib/room/room.js';

const keyOf = (workspaceId: string) => ['conflicts', workspaceId];
const NONE: readonly Conflict[] = [];
/** A file that is moved or gone takes its conflicts along. */
const MOVES = ['file.moved', 'file.deleted', 'file.restored', 'file.discarded'];

export type Conflicts = {
  open: readonly Conflict[];
  resolve: (conflict: Conflict, choice: ConflictChoice) => void;
  /** Looks again: somebody has typed what came in. */
  lookAgain: () => void;
};

/** What is to be decided in a workspace, the same for everybody in it at once. */
export function useConflicts(workspaceId: string, room: Room): Conflicts {
  const client = useQueryClient();
  const lookAgain = useCallback(
    () => void client.invalidateQueries({ queryKey: keyOf(workspaceId) }),
    [client, workspaceId],
  );
  useEffect(() => {
    const offEvent = room.subscribe('event', ({ type, payload }) => {
      // What somebody has decided is gone for all of us at once.
      if (type === 'conflict.resolved') forget(payload.conflictId);
      if (type.startsWith('conflict.') || MOVES.includes(type) || movesBase(type)) lookAgain();
    });
    const forget = (id: string): void => {
      client.setQueryData<Conflict[]>(keyOf(workspaceId), (open) => open?.filter((each) => each.id !== id));
    };
    const offState = room.subscribe('state', () => room.state.kind === 'joined' && lookAgain());
    return () => {
      offEvent();
      offState();
    };
  }, [client, room, workspaceId, lookAgain]);
  const { data } = useQuery({
    queryKey: keyOf(workspaceId),
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/conflicts', { params: { id: workspaceId }, signal }),
    staleTime: 60_000,
  });
  const { mutate } = useMutation({
    mutationFn: async ({ conflict, choice }: { conflict: Conflict; choice: ConflictChoice }) => {
      // Decided about what is on the screen, the last keys too.
      await room.whenSaved(SAVED_WITHIN_MS);
      await request('POST /api/workspaces/:id/conflicts/:conflictId/resolve', {
        params: { id: workspaceId, conflictId: conflict.id },
        body: { choice },
      });
    },
    onSettled: lookAgain,
    onError: (error) => {
      // Somebody was faster: it is decided, and everybody sees how.
      if (!(error instanceof ProtocolError && error.code === 'gone'))
        toast({ message: error.message, tone: 'danger' });
    },
  });
  const resolve = useCallback(
    (conflict: Conflict, choice: ConflictChoice) => mutate({ conflict, choice }),
    [mutate],
  );
  return { open: data ?? NONE, resolve, lookAgain };
}

const SAVED_WITHIN_MS = 10_000;
