import { movesBase, type WorkspaceEvent } from '@protocol/event.js';
import type { Workspace } from '@protocol/workspace.js';
import { ProtocolError } from '@protocol/error.js';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { Problem } from '@/components/problem.js';
import { ForgeBudgetNotice } from '@/features/workspace/forge-budget-notice.js';
import { BranchStateNotice } from '@/features/workspace/branch-state-notice.js';
import { useBranchState } from '@/features/workspace/use-branch-state.js';
import { useRoom, useRoomState } from '@/lib/room-context.js';
import { paths } from './paths.js';
import { ProtectedBranchNotice } from './protected-branch-notice.js';
import { usePushNews } from './use-push-news.js';

/** What everybody in the room has to know, above all else; and nothing else once the room is closed to us. */
export function WorkspaceNotices({ workspace, children }: { workspace: Workspace; children: ReactNode }) {
  const state = useRoomState();
  const { pathname, search, hash } = useLocation();
  const moved = useBranchMoved(workspace);
  const room = useRoom();
  const { state: branch, choose } = useBranchState(workspace.id, room);
  usePushNews(workspace);
  const signIn = <Link to={paths.signIn.href(pathname + search + hash)}>Sign in</Link>;
  if (state.kind === 'closed' && !room.isUnsaved) {
    return (
      <main id="main" className="frame-main" tabIndex={-1}>
        <Problem
          error={new ProtocolError('forbidden', state.message)}
          title="You are not in this room any more"
        >
          {state.reason === 'signed-out' ? signIn : <Link to={paths.home.href()}>Go to your workspaces</Link>}
        </Problem>
      </main>
    );
  }
  return (
    <>
      {state.kind === 'closed' && (
        <p className="workspace-notice" role="alert">
          {state.message}{' '}
          {room.isAtRisk
            ? 'What you typed last is not stored: copy it before you leave this page.'
            : 'What you typed last is kept on this device, and sent when you are here again.'}{' '}
          {state.reason === 'signed-out' && signIn}
        </p>
      )}
      {state.kind === 'away' && (
        <p className="workspace-notice" role="status">
          Not connected. What you type is kept on this device and sent when Perch is back.
        </p>
      )}
      {branch && (
        <BranchStateNotice
          className="workspace-notice"
          state={branch}
          writable={workspace.role !== 'read'}
          isPending={choose.isPending}
          link={
            branch.renamedTo !== null && (
              <Link to={paths.workspace.href({ ...workspace, branch: branch.renamedTo })}>
                Open {branch.renamedTo}
              </Link>
            )
          }
          onChoose={(choice) => choose.mutate(choice)}
        />
      )}
      {moved && branch?.state === 'there' && (
        <p className="workspace-notice" role="status">
          This branch has moved on GitHub, and what was pushed has not come in here yet. Your work is kept;
          Perch tries again by itself, and when you commit.
        </p>
      )}
      <ProtectedBranchNotice workspace={workspace} />
      <ForgeBudgetNotice className="workspace-notice" />
      {children}
    </>
  );
}

function useBranchMoved(workspace: Workspace): boolean {
  const room = useRoom();
  const [moved, setMoved] = useState(workspace.headCommit !== workspace.baseCommit);
  useEffect(
    () =>
      room.subscribe('event', (event: WorkspaceEvent) => {
        if (event.type === 'branch.moved') setMoved(true);
        if (movesBase(event.type) || event.type === 'branch.restored') setMoved(false);
      }),
    [room],
  );
  return moved;
}
