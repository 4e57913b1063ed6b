import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ProtocolError } from '@protocol/error.js';
import type { BranchRef } from '@protocol/repository.js';
import { lazy, Suspense, useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { useAccount } from '@/features/session/use-account.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import { FollowProvider } from '../follow.js';
import { Header } from '../header.js';
import { recentWorkspaces } from '../recent-workspaces.js';
import { parseWorkspacePath, paths } from '../paths.js';
import { RoomProvider } from '../room-provider.js';
import { useForgetWithdrawn } from '../withdrawal.js';
import { WorkspaceHeader } from '../workspace-header.js';
import { WorkspaceNotices } from '../workspace-notices.js';

const WorkspaceCode = lazy(async () => ({ default: (await import('./workspace-code.js')).WorkspaceCode }));

/** Everything behind `/github/:owner/:repo/`: finds the branch, then opens its room. */
export function Component() {
  const { pathname, search, hash } = useLocation();
  const address = parseWorkspacePath(pathname);
  const navigate = useNavigate();
  const unresolved = address?.kind === 'unresolved' ? address : null;
  const found = useQuery({
    queryKey: ['location', unresolved],
    enabled: unresolved !== null,
    queryFn: ({ signal }) => {
      const { owner, repo, rest } = unresolved!;
      return keptRequest('GET /api/workspaces/location', { query: { owner, repo, rest }, signal });
    },
  });
  useEffect(() => {
    if (!unresolved || !found.data) return;
    const { owner, repo } = unresolved;
    const { branch, page } = found.data;
    // GitHub's own addresses name a file behind the branch.
    const file = page === '' || page === 'code' ? search : `?${new URLSearchParams({ path: page })}`;
    void navigate(paths.workspace.href({ owner, repo, branch }) + file + hash, { replace: true });
  }, [unresolved, found.data, navigate, search, hash]);

  if (address?.kind === 'canonical') return <OpenWorkspace {...address} />;
  return (
    <div className="frame">
      <Header />
      <main id="main" className="frame-main" tabIndex={-1}>
        {found.error ? (
          <Problem error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <DelayedProgress label="Finding the branch" />
        )}
      </main>
    </div>
  );
}

function OpenWorkspace({ owner, repo, branch }: BranchRef) {
  const navigate = useNavigate();
  const { search, hash } = useLocation();
  const opened = useQuery({
    queryKey: ['workspace', owner, repo, branch],
    queryFn: ({ signal }) => keptRequest('POST /api/workspaces', { body: { owner, repo, branch }, signal }),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const workspace = opened.data;
  // `feat/code` may be the page of `feat`, or a branch whose slash was not encoded.
  const whole = useQuery({
    queryKey: ['location', owner, repo, branch],
    enabled: opened.error instanceof ProtocolError && opened.error.code === 'not-found',
    retry: false,
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/location', {
        query: { owner, repo, rest: `${encodeURIComponent(branch)}/code` },
        signal,
      }),
  });
  useEffect(() => {
    if (whole.data && whole.data.branch !== branch)
      void navigate(paths.workspace.href({ owner, repo, branch: whole.data.branch }) + search + hash, {
        replace: true,
      });
  }, [whole.data, owner, repo, branch, navigate, search, hash]);
  const account = useAccount();
  const client = useQueryClient();
  useForgetWithdrawn(opened.error, { owner, repo }, account.data?.id);
  useEffect(() => {
    // So that the home page has it without the server, too.
    if (workspace) void client.prefetchQuery(recentWorkspaces);
  }, [workspace, client]);
  useEffect(() => {
    // The forge's own spelling is the address (NAM1), and of a renamed branch its new name.
    const isElsewhere = workspace?.owner !== owner || workspace.repo !== repo || workspace.branch !== branch;
    if (workspace && isElsewhere) {
      void navigate(paths.workspace.href(workspace) + search + hash, { replace: true });
    }
  }, [workspace, owner, repo, branch, navigate, search, hash]);
  if (!workspace || !account.data) {
    const error = opened.error ?? account.error;
    return (
      <div className="frame">
        <Header />
        <main id="main" className="frame-main" tabIndex={-1}>
          {error ? (
            <Problem error={error} onRetry={() => void Promise.all([opened.refetch(), account.refetch()])} />
          ) : (
            <DelayedProgress label="Opening the room" />
          )}
        </main>
      </div>
    );
  }
  return (
    // A room whose branch is renamed is the same room: whoever types in it types on.
    <RoomProvider key={workspace.id} workspace={workspace} personId={account.data.id}>
      <FollowProvider>
        <PageTitle>{`${workspace.branch} · ${workspace.owner}/${workspace.repo}`}</PageTitle>
        <div className="frame">
          <Header>
            <WorkspaceHeader workspace={workspace} />
          </Header>
          <WorkspaceNotices workspace={workspace}>
            <main id="main" className="frame-main" tabIndex={-1}>
              <h1 className="visually-hidden">{`${workspace.owner}/${workspace.repo}, ${workspace.branch}`}</h1>
              <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
                <WorkspaceCode workspace={workspace} />
              </Suspense>
            </main>
          </WorkspaceNotices>
        </div>
      </FollowProvider>
    </RoomProvider>
  );
}
