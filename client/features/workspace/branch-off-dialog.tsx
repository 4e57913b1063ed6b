import { Button, Checkbox, Dialog, Flash, FormControl } from '@primer/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Workspace } from '@protocol/workspace.js';
import { useState, type FormEvent } from 'react';
import { request } from '@/lib/http.js';
import { BranchNameChoice, useBranchName } from './branch-name-choice.js';
import './branch-chooser.css';

type Props = {
  workspace: Workspace;
  onClose: () => void;
  onMade: (branch: string) => void;
};

/** A new branch from where the room stands, and what is not committed along with it. */
export function BranchOffDialog({ workspace, onClose, onMade }: Props) {
  const { id, owner, repo, branch, baseCommit } = workspace;
  const naming = useBranchName();
  const [bring, setBring] = useState(true);
  const client = useQueryClient();
  const changes = useQuery({
    queryKey: ['changes-to-bring', id],
    queryFn: ({ signal }) => request('GET /api/workspaces/:id/changes', { params: { id }, signal }),
  });
  const count = changes.data?.length ?? 0;
  const make = useMutation({
    mutationFn: () =>
      request('POST /api/workspaces/:id/branch-off', {
        params: { id },
        body: { ...naming.name, bring: bring && count > 0 },
      }),
    onSuccess: ({ branch: made }) => {
      void client.invalidateQueries({ queryKey: ['branches', owner, repo] });
      onMade(made);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (naming.isValid) make.mutate();
  };
  return (
    <Dialog title="New branch from here" subtitle={`From ${branch} of ${owner}/${repo}`} onClose={onClose}>
      <form className="new-branch" onSubmit={submit}>
        <p className="branch-off-words">
          The branch begins at the commit this room stands on
          {baseCommit && (
            <>
              , <code>{baseCommit.slice(0, 7)}</code>
            </>
          )}
          .
        </p>
        {count > 0 && (
          <FormControl>
            <Checkbox checked={bring} onChange={(event) => setBring(event.target.checked)} />
            <FormControl.Label>
              Bring what is not committed: {count} changed {count === 1 ? 'file' : 'files'}
            </FormControl.Label>
            <FormControl.Caption>
              As a copy, with everybody’s name on what they wrote. It stays in {branch} too, until somebody
              discards it there.
            </FormControl.Caption>
          </FormControl>
        )}
        <BranchNameChoice state={naming} />
        {make.error && <Flash variant="danger">{make.error.message}</Flash>}
        <div className="new-branch-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            disabled={!naming.isValid || changes.isPending}
            loading={make.isPending}
          >
            Create and open
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
