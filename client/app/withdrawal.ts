import { ProtocolError } from '@protocol/error.js';
import type { RepositoryRef } from '@protocol/repository.js';
import type { Workspace } from '@protocol/workspace.js';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { forgetRepository, keepsRepository } from '@/lib/kept/forget-repository.js';
import { rescue } from '@/lib/kept/rescued-text.js';
import type { Room } from '@/lib/room/room.js';

const MAY_WATCH = 'You may only watch this branch now. What you wrote before is in it.';
const MAY_EDIT = 'You may edit this branch now.';

/** What of a person's right is withdrawn, lowered or raised while he is in a room. */
export function useWithdrawal(room: Room | null, workspace: Workspace, personId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!room) return undefined;
    const { owner, repo, branch } = workspace;
    const stopGivenUp = room.subscribe('givenUp', (files) => rescue(`${owner}/${repo}`, branch, files));
    let role = workspace.role;
    const stopState = room.subscribe('state', () => {
      const { state } = room;
      if (state.kind === 'closed' && state.reason === 'withdrawn')
        void forget(client, personId, { owner, repo }, workspace.id);
      if (state.kind !== 'joined' || state.role === role) return;
      if ((role === 'read') !== (state.role === 'read'))
        toast({ message: state.role === 'read' ? MAY_WATCH : MAY_EDIT });
      role = state.role;
      client.setQueryData(['workspace', owner, repo, branch], { ...workspace, role });
    });
    return () => {
      stopGivenUp();
      stopState();
    };
  }, [room, workspace, client, personId]);
}

/** A right that was withdrawn while this device was away: what it keeps of the repository goes when that is found. */
export function useForgetWithdrawn(
  error: unknown,
  { owner, repo }: RepositoryRef,
  personId: string | undefined,
): void {
  const client = useQueryClient();
  const isNotFound = error instanceof ProtocolError && error.code === 'not-found';
  useEffect(() => {
    if (isNotFound && personId !== undefined) void forgetWithdrawn(client, personId, { owner, repo });
  }, [isNotFound, personId, client, owner, repo]);
}

async function forgetWithdrawn(client: QueryClient, personId: string, name: RepositoryRef): Promise<void> {
  if (!(await keepsRepository(personId, name).catch(() => false))) return;
  try {
    // A branch that has ended is no withdrawal.
    await request('GET /api/github/:owner/:repo', { params: name });
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'not-found') return;
    await forget(client, personId, name);
    toast({
      message: `Your access to ${name.owner}/${name.repo} was withdrawn. What this device kept of it is deleted.`,
      stays: true,
    });
  }
}

/** Of the repository nothing stays, on the device and in this page's memory; what the person wrote last is offered first. */
async function forget(
  client: QueryClient,
  personId: string,
  name: RepositoryRef,
  workspaceId?: string,
): Promise<void> {
  const repository = `${name.owner}/${name.repo}`;
  try {
    for (const { branch, files } of await forgetRepository(personId, name)) rescue(repository, branch, files);
  } catch {
    // A device that keeps nothing has nothing to forget.
  }
  client.removeQueries({
    predicate: ({ queryKey: [kind, ...of] }) =>
      kind !== 'workspace' &&
      (of.includes(workspaceId) || (of.includes(name.owner) && of.includes(name.repo))),
  });
  await client.invalidateQueries({ queryKey: ['recent'] });
  await client.invalidateQueries({ queryKey: ['repositories'] });
}
