import type { EventPayloads } from '@protocol/event.js';
import type { BranchRef, RepositoryRef } from '@protocol/repository.js';
import type { Workspace } from '@protocol/workspace.js';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { toast } from '@/components/toaster.js';
import { pushedWords } from '@/features/events/event-sentence.js';
import { useRoom } from '@/lib/room-context.js';
import { paths } from './paths.js';

/** Says when a push came in, and goes along when the branch or its repository is renamed. */
export function usePushNews(workspace: Workspace): void {
  const room = useRoom();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { search, hash } = useLocation();
  const goAlong = useEffectEvent((change: Partial<BranchRef>, words: string) => {
    const { owner, repo, branch } = { ...workspace, ...change };
    const key = ['workspace', owner, repo, branch];
    client.setQueryData(key, { ...workspace, ...change });
    // Its page on the forge is another one too.
    void client.invalidateQueries({ queryKey: key });
    toast({ message: `${words} The room went along.` });
    void navigate(paths.workspace.href({ owner, repo, branch }) + search + hash, { replace: true });
  });
  useEffect(
    () =>
      room.subscribe('event', ({ type, actor, payload }) => {
        if (type === 'branch.merged') toast({ message: pushWords(actor.name, payload) });
        if (type === 'branch.renamed')
          goAlong({ branch: payload.to }, `${payload.from} was renamed to ${payload.to} on GitHub.`);
        if (type === 'repository.renamed')
          goAlong(payload.to, `${nameOf(payload.from)} is ${nameOf(payload.to)} on GitHub now.`);
      }),
    [room],
  );
}

const nameOf = ({ owner, repo }: RepositoryRef) => `${owner}/${repo}`;

function pushWords(pusher: string, payload: EventPayloads['branch.merged']): string {
  const { conflicts } = payload;
  const found =
    conflicts === 0
      ? ''
      : ` ${conflicts === 1 ? '1 conflict waits' : `${conflicts} conflicts wait`} to be decided.`;
  return `${pusher} ${pushedWords(payload)}.${found}`;
}
