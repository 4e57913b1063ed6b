import { GitBranchIcon, PlusIcon, SearchIcon } from '@primer/octicons-react';
import { ActionList, Button, Flash, FormControl, Label, Select, TextInput } from '@primer/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isBranchName } from '@protocol/repository.js';
import { useState, type FormEvent } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { request } from '@/lib/http.js';
import './branch-chooser.css';

type Props = {
  owner: string;
  repo: string;
  current?: string;
  /** What the first branch of an empty repository will be called. */
  firstBranch?: string;
  mayCreate: boolean;
  onChoose: (branch: string) => void;
};

/** The branches of a repository, found by typing, and a way to make a new one. */
export function BranchChooser({ owner, repo, current, firstBranch, mayCreate, onChoose }: Props) {
  const [filter, setFilter] = useState('');
  const branches = useQuery({
    queryKey: ['branches', owner, repo],
    queryFn: ({ signal }) =>
      request('GET /api/github/:owner/:repo/branches', { params: { owner, repo }, signal }),
  });
  if (branches.isPending) return <DelayedProgress label="Loading the branches" />;
  if (branches.error) return <Problem error={branches.error} onRetry={() => void branches.refetch()} />;
  const names = branches.data.map((each) => each.name);
  const shown = branches.data.filter((each) => each.name.toLowerCase().includes(filter.toLowerCase()));
  return (
    <div className="branch-chooser">
      <TextInput
        block
        leadingVisual={SearchIcon}
        aria-label="Find a branch"
        placeholder="Find a branch"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      {shown.length > 0 ? (
        <ActionList
          className="branch-list"
          role={current ? 'listbox' : undefined}
          selectionVariant={current ? 'single' : undefined}
          aria-label="Branches"
        >
          {shown.map((branch) => (
            <ActionList.Item
              key={branch.name}
              selected={current ? branch.name === current : undefined}
              onSelect={() => onChoose(branch.name)}
            >
              {!current && (
                <ActionList.LeadingVisual>
                  <GitBranchIcon />
                </ActionList.LeadingVisual>
              )}
              <span className="branch-name">{branch.name}</span>
              {branch.isDefault && (
                <ActionList.TrailingVisual>
                  <Label>default</Label>
                </ActionList.TrailingVisual>
              )}
            </ActionList.Item>
          ))}
        </ActionList>
      ) : (
        <p className="muted">
          {names.length === 0
            ? 'This repository is empty. Open its first branch, write files there and commit them.'
            : `No branch has “${filter}” in its name.`}
        </p>
      )}
      {names.length === 0 && firstBranch && (
        <Button leadingVisual={GitBranchIcon} onClick={() => onChoose(firstBranch)}>
          Open {firstBranch}
        </Button>
      )}
      {mayCreate && names.length > 0 && (
        <NewBranch
          owner={owner}
          repo={repo}
          names={names}
          base={current ?? names[0]!}
          suggested={filter}
          onCreated={onChoose}
        />
      )}
    </div>
  );
}

function NewBranch(props: {
  owner: string;
  repo: string;
  names: readonly string[];
  base: string;
  suggested: string;
  onCreated: (branch: string) => void;
}) {
  const { owner, repo, names } = props;
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [base, setBase] = useState(props.base);
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: () =>
      request('POST /api/github/branches', { body: { owner, repo, baseBranch: base, newBranch: name } }),
    onSuccess: async (branch) => {
      await queryClient.invalidateQueries({ queryKey: ['branches', owner, repo] });
      props.onCreated(branch.name);
    },
  });
  if (!open) {
    const start = (): void => {
      setName(props.suggested);
      setOpen(true);
    };
    return (
      <Button leadingVisual={PlusIcon} onClick={start}>
        New branch
      </Button>
    );
  }
  const taken = names.includes(name);
  const invalid = name !== '' && !isBranchName(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form className="new-branch" onSubmit={submit}>
      {create.error && <Flash variant="danger">{create.error.message}</Flash>}
      <FormControl required>
        <FormControl.Label>Name of the new branch</FormControl.Label>
        <TextInput
          block
          value={name}
          onChange={(event) => setName(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        {(taken || invalid) && (
          <FormControl.Validation variant="error">
            {taken ? 'A branch of this name is there already.' : 'Git does not allow this name.'}
          </FormControl.Validation>
        )}
      </FormControl>
      <FormControl>
        <FormControl.Label>From</FormControl.Label>
        <Select block value={base} onChange={(event) => setBase(event.target.value)}>
          {names.map((each) => (
            <Select.Option key={each} value={each}>
              {each}
            </Select.Option>
          ))}
        </Select>
      </FormControl>
      <div className="new-branch-buttons">
        <Button onClick={() => setOpen(false)}>Cancel</Button>
        <Button
          type="submit"
          variant="primary"
          disabled={name === '' || taken || invalid}
          loading={create.isPending}
        >
          Create and open
        </Button>
      </div>
    </form>
  );
}
