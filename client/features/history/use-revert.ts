import { useMutation } from '@tanstack/react-query';
import { ProtocolError } from '@protocol/error.js';
import type { FileReverted } from '@protocol/history.js';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import type { Room } from '@/lib/room/room.js';

const SAVED_WITHIN_MS = 5_000;

/** Has a file be again what it was after an event; said with the way back. */
export function useRevert(workspaceId: string, room: Room, onReverted: (path: string) => void) {
  const params = { id: workspaceId };
  const takeBack = ({ outcome, path, undo }: FileReverted): void => {
    const undoing =
      outcome === 'recreated'
        ? request('POST /api/workspaces/:id/files/delete', { params, body: { path } })
        : request('POST /api/workspaces/:id/files/undo', { params, body: { path, undo: undo ?? '' } });
    undoing.then(() => toast({ message: `Undone: ${path} is as it was before.` }), tellRefusal);
  };
  return useMutation({
    mutationFn: async (body: { path: string; seq: number }) => {
      // The last keys too are what it is taken back from.
      await room.whenSaved(SAVED_WITHIN_MS);
      return request('POST /api/workspaces/:id/history/revert', { params, body });
    },
    onSuccess: (reverted) => {
      const { outcome, path } = reverted;
      onReverted(path);
      if (outcome === 'same') toast({ message: `${path} is like that already. Nothing was changed.` });
      else
        toast({
          message: outcome === 'recreated' ? `${path} is there again.` : `${path} is again as it was then.`,
          action: { label: 'Undo', onAction: () => takeBack(reverted) },
        });
    },
    onError: tellRefusal,
  });
}

function tellRefusal(error: unknown): void {
  const message = error instanceof ProtocolError ? error.message : 'That did not work. Nothing was changed.';
  toast({ message, tone: 'danger' });
}
