import type { EventPayloads } from '@protocol/event.js';
import type { Workspace } from '@protocol/workspace.js';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { toast } from '@/components/toaster.js';
import { pushedWords } from '@/features/events/event-sentence.js';
import { useRoom } from '@/lib/room-context.js';
import { paths } from './paths.js';

/** Says when a push came in, and goes along when the branch is renamed. */
export function usePushNews(workspace: Workspace): void {
  const room = useRoom();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { search, hash } = useLocation();
  useEffect(
    () =>
      room.subscribe('event', ({ type, actor, payload }) => {
        if (type === 'branch.merged') toast({ message: pushWords(actor.name, payload) });
        if (type !== 'branch.renamed') return;
        const renamed = { ...workspace, branch: payload.to };
        client.setQueryData(['workspace', workspace.owner, workspace.repo, payload.to], renamed);
        toast({ message: `${payload.from} was renamed to ${payload.to} on GitHub. The room went along.` });
        void navigate(paths.workspace.href(renamed) + search + hash, { replace: true });
      }),
    [room, client, navigate, workspace, search, hash],
  );
}

function pushWords(pusher: string, payload: EventPayloads['branch.merged']): string {
  const { conflicts } = payload;
  const found =
    conflicts === 0
      ? ''
      : ` ${conflicts === 1 ? '1 conflict waits' : `${conflicts} conflicts wait`} to be decided.`;
  return `${pusher} ${pushedWords(payload)}.${found}`;
}
