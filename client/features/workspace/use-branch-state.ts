import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BranchChoice, BranchDecided } from '@protocol/branch-state.js';
import { useEffect } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import type { Room } from '@/lib/room/room.js';

const SAVED_WITHIN_MS = 10_000;

/** How the branch stands to its room, for everybody at once, and what one can do about it. */
export function useBranchState(workspaceId: string, room: Room) {
  const client = useQueryClient();
  const queryKey = ['branch-state', workspaceId];
  const look = (): void => void client.invalidateQueries({ queryKey: ['branch-state', workspaceId] });
  useEffect(() => {
    const lookAgain = (): void => void client.invalidateQueries({ queryKey: ['branch-state', workspaceId] });
    const offEvent = room.subscribe('event', ({ type }) => {
      if (type.startsWith('branch.')) lookAgain();
    });
    const offState = room.subscribe('state', () => room.state.kind === 'joined' && lookAgain());
    return () => {
      offEvent();
      offState();
    };
  }, [client, room, workspaceId]);
  const params = { id: workspaceId };
  const { data: state } = useQuery({
    queryKey,
    queryFn: ({ signal }) => keptRequest('GET /api/workspaces/:id/branch', { params, signal }),
    staleTime: 60_000,
  });
  const failed = (error: Error): void => toast({ message: error.message, tone: 'danger' });
  const recover = useMutation({
    mutationFn: (discardId: string) =>
      request('POST /api/workspaces/:id/branch/recover', { params, body: { discardId } }),
    onSuccess: ({ kept }) =>
      kept.length === 0 ? toast({ message: 'What was discarded is back.', tone: 'success' }) : tellKept(kept),
    onError: failed,
    onSettled: look,
  });
  const choose = useMutation({
    mutationFn: async (choice: BranchChoice) => {
      await room.whenSaved(SAVED_WITHIN_MS);
      return request('POST /api/workspaces/:id/branch', { params, body: { choice } });
    },
    onSuccess: ({ discardId, kept }, choice) => {
      tellKept(kept);
      if (choice !== 'discard') return;
      if (discardId === null) return toast({ message: 'Nothing was discarded: everything is committed.' });
      toast({
        message: 'What was not committed is discarded. It is kept for a week, under Changes.',
        action: { label: 'Bring it back', onAction: () => recover.mutate(discardId) },
      });
    },
    onError: failed,
    onSettled: look,
  });
  return { state, choose, recover };
}

function tellKept(kept: BranchDecided['kept']): void {
  for (const { path, message } of kept)
    toast({ message: `${path}: ${message}`, tone: 'danger', stays: true });
}
