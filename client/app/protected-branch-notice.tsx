import { ShieldLockIcon } from '@primer/octicons-react';
import { Button } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { BranchOffDialog } from '@/features/workspace/branch-off-dialog.js';
import { useIsProtected } from '@/features/workspace/use-protection.js';
import { paths } from './paths.js';

/** Said before anybody types, not when his commit is refused. */
export function ProtectedBranchNotice({ workspace }: { workspace: Workspace }) {
  const { owner, repo, branch, role, id, baseCommit } = workspace;
  const isProtected = useIsProtected(id);
  const [making, setMaking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const navigate = useNavigate();
  if (!isProtected) return null;
  const mayBranch = role !== 'read' && baseCommit !== null;
  return (
    <div className="workspace-notice workspace-notice-calm" role="status">
      <ShieldLockIcon />
      <span>
        {branch} is protected: changes reach it by a pull request.
        {mayBranch && ' A commit here may be refused; a new branch takes it.'}
      </span>
      {mayBranch && (
        <Button ref={button} size="small" onClick={() => setMaking(true)}>
          New branch from here
        </Button>
      )}
      {making && (
        <BranchOffDialog
          workspace={workspace}
          onClose={() => {
            setMaking(false);
            button.current?.focus();
          }}
          onMade={(made) => void navigate(paths.workspace.href({ owner, repo, branch: made }))}
        />
      )}
    </div>
  );
}
