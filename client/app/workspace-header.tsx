import { GitBranchIcon, LinkExternalIcon, PersonAddIcon, TriangleDownIcon } from '@primer/octicons-react';
import { Button, Dialog } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import { useMemo, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { InviteDialog } from '@/features/invitation/invite-dialog.js';
import { peopleOf } from '@/features/presence/people-of.js';
import { PresenceAvatars } from '@/features/presence/presence-avatars.js';
import { BranchChooser } from '@/features/workspace/branch-chooser.js';
import { usePresent, useRoomState } from '@/lib/room-context.js';
import { useFollow } from './follow.js';
import { paths } from './paths.js';
import { useRecentRooms } from './recent-workspaces.js';
import './workspace-header.css';

/** Which branch one is on, who is there, and the ways to another branch, to others, and to GitHub. */
export function WorkspaceHeader({ workspace }: { workspace: Workspace }) {
  const { owner, repo, branch, role, url } = workspace;
  const present = usePresent();
  const people = useMemo(() => peopleOf(present), [present]);
  const room = useRoomState();
  const ownConnection = room.kind === 'joined' ? room.connectionId : null;
  const ownId = present.find((each) => each.connectionId === ownConnection)?.person.id ?? null;
  const { followed, follow, stop } = useFollow();
  const [choosing, setChoosing] = useState(false);
  const [inviting, setInviting] = useState(false);
  const branchButton = useRef<HTMLButtonElement>(null);
  const navigate = useNavigate();
  const recent = useRecentRooms(owner, repo);
  // Nothing of it is ours to go to any more.
  if (room.kind === 'closed')
    return (
      <>
        <span className="workspace-repository">
          <span className="workspace-owner">{owner}/</span>
          {repo}
        </span>
        <span className="workspace-space" />
      </>
    );
  return (
    <>
      <Link className="workspace-repository" to={paths.branches.href(owner, repo)}>
        <span className="workspace-owner">{owner}/</span>
        {repo}
      </Link>
      <Button
        ref={branchButton}
        size="small"
        className="workspace-branch"
        leadingVisual={GitBranchIcon}
        trailingAction={TriangleDownIcon}
        aria-label={`Branch ${branch}. Select New Branch`}
        onClick={() => setChoosing(true)}
      >
        {branch}
      </Button>
      <span className="workspace-space" />
      <PresenceAvatars
        people={people}
        ownId={ownId}
        followedId={followed?.person.id ?? null}
        onFollow={(personId) => (personId === followed?.person.id ? stop() : follow(personId))}
      />
      {role === 'admin' && (
        <Button
          size="small"
          leadingVisual={PersonAddIcon}
          aria-label="Invite"
          onClick={() => setInviting(true)}
        >
          <span className="workspace-wide">Invite</span>
        </Button>
      )}
      {url && (
        <Button
          as="a"
          size="small"
          href={url}
          target="_blank"
          rel="noreferrer"
          leadingVisual={LinkExternalIcon}
          aria-label="Open on GitHub"
        >
          <span className="workspace-wide">Open on GitHub</span>
        </Button>
      )}
      {choosing && (
        <Dialog
          title="Select New Branch"
          subtitle={`${owner}/${repo}`}
          onClose={() => setChoosing(false)}
          returnFocusRef={branchButton}
        >
          <BranchChooser
            owner={owner}
            repo={repo}
            current={branch}
            mayCreate={role !== 'read'}
            recent={recent}
            onChoose={(chosen) => {
              setChoosing(false);
              if (chosen !== branch) void navigate(paths.workspace.href({ owner, repo, branch: chosen }));
            }}
          />
        </Dialog>
      )}
      {inviting && <InviteDialog owner={owner} repo={repo} onClose={() => setInviting(false)} />}
    </>
  );
}
