import { useQuery, useQueryClient } from '@tanstack/react-query';
import { movesBase } from '@protocol/event.js';
import type { FileStyle } from '@protocol/file.js';
import { useEffect } from 'react';
import { keptRequest } from '@/lib/kept/kept-request.js';
import type { Room } from '@/lib/room/room.js';

const SAYS_STYLE = /(?:^|\/)\.(?:editorconfig|gitattributes)$/;
const keyOf = (workspaceId: string) => ['style', workspaceId];

/** How a file is to be written, as the branch says by now; asked again whenever what says so may have changed. */
export function useFileStyle(workspaceId: string, room: Room, path: string): FileStyle | undefined {
  const client = useQueryClient();
  useEffect(
    () =>
      room.subscribe('event', ({ type, payload }) => {
        const isNewBase = movesBase(type);
        const said =
          type.startsWith('file.') && Object.values(payload).some((each) => SAYS_STYLE.test(`${each}`));
        if (isNewBase || said) void client.invalidateQueries({ queryKey: keyOf(workspaceId) });
      }),
    [client, room, workspaceId],
  );
  return useQuery({
    queryKey: [...keyOf(workspaceId), path],
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/style', { params: { id: workspaceId }, query: { path }, signal }),
    staleTime: 0,
  }).data;
}

/** Our own typing makes no event after the first of a burst: to be called after a pause. */
export function useStyleEdited(workspaceId: string): (path: string) => void {
  const client = useQueryClient();
  return (path) => {
    if (SAYS_STYLE.test(path)) void client.invalidateQueries({ queryKey: keyOf(workspaceId) });
  };
}
