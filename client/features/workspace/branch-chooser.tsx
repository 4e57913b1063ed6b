import { GitBranchIcon, PlusIcon } from '@primer/octicons-react';
import { Button, Flash } from '@primer/react';
import { isBranchName, type Branch } from '@protocol/repository.js';
import { useState } from 'react';
import { ComboList, type ComboGroup } from '@/components/combo-list.js';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { branchOption, recentOption, type RecentRoom } from './branch-options.js';
import { NewBranchForm } from './new-branch-form.js';
import { useBranches } from './use-branches.js';
import { useCreateBranch } from './use-create-branch.js';
import './branch-chooser.css';

type Props = {
  owner: string;
  repo: string;
  current?: string;
  /** What the first branch of an empty repository will be called. */
  firstBranch?: string;
  mayCreate: boolean;
  /** The rooms of this repository that one was in last. */
  recent: readonly RecentRoom[];
  onChoose: (branch: string) => void;
};

/** The branches of a repository, found by typing, and the ways to a new one. */
export function BranchChooser({ owner, repo, current, firstBranch, mayCreate, recent, onChoose }: Props) {
  const [text, setText] = useState('');
  const [naming, setNaming] = useState(false);
  const branches = useBranches(owner, repo, text);
  const create = useCreateBranch({ owner, repo }, onChoose);
  const field = {
    label: 'Find a branch',
    placeholder: 'Find a branch',
    text,
    onText: setText,
    focusOnOpen: true,
  };
  // It can be typed into before there is anything to find.
  if (branches.isPending)
    return (
      <div className="branch-chooser">
        <ComboList key="find" {...field} groups={[]} pending status="Loading the branches" />
      </div>
    );
  if (branches.error && !branches.data)
    return <Problem error={branches.error} onRetry={() => void branches.refetch()} />;
  const [first] = branches.data.pages;
  if (!first) return null;
  const { defaultBranch, total, isComplete } = first;
  if (total === 0 && branches.query === '' && firstBranch) {
    return (
      <>
        <p className="muted">
          This repository is empty. Open its first branch, write files there and commit them.
        </p>
        <Button leadingVisual={GitBranchIcon} onClick={() => onChoose(firstBranch)}>
          Open {firstBranch}
        </Button>
      </>
    );
  }
  const found = branches.data.pages.flatMap((page) => page.branches);
  const baseBranch = current ?? defaultBranch?.name ?? found[0]?.name ?? '';
  const base = [defaultBranch, ...found].find((each) => each?.name === baseBranch);
  if (naming) {
    return (
      <NewBranchForm
        owner={owner}
        repo={repo}
        baseBranch={baseBranch}
        suggested={isBranchName(text) ? text : ''}
        onCreated={onChoose}
        onCancel={() => setNaming(false)}
      />
    );
  }
  const groups = groupsOf({ text, found, defaultBranch, recent, current, onChoose });
  const wanted = text.trim();
  const isFree = isBranchName(wanted) && !found.some((each) => each.name === wanted);
  if (mayCreate && baseBranch && isFree && !branches.isOfBefore) {
    const onPick = () => create.mutate({ baseBranch, name: { newBranch: wanted } });
    const label = `Create ${wanted} from ${baseBranch}`;
    groups.push({ options: [{ id: 'create', icon: <PlusIcon />, label, onPick }] });
  }
  return (
    <div className="branch-chooser">
      {current && base?.protected && (
        <p className="branch-protected">
          {current} is protected: changes reach it by a pull request. Work on another branch, or on a new one
          from here.
        </p>
      )}
      <ComboList
        key="find"
        {...field}
        groups={groups}
        pending={branches.isOfBefore}
        onMore={branches.hasNextPage ? () => void branches.fetchNextPage() : undefined}
        isLoadingMore={branches.isFetchingNextPage}
        status={statusOf(wanted, total, isComplete)}
      />
      {create.isPending && <DelayedProgress label="Making the branch" />}
      {(create.error ?? branches.error) && (
        <Flash variant="danger">{(create.error ?? branches.error)?.message}</Flash>
      )}
      {mayCreate && baseBranch && (
        <div className="branch-chooser-buttons">
          <Button
            leadingVisual={GitBranchIcon}
            loading={create.isPending}
            onClick={() => create.mutate({ baseBranch, name: { prefix: '' } })}
          >
            New branch from {baseBranch}
          </Button>
          <Button onClick={() => setNaming(true)}>Name it…</Button>
        </div>
      )}
    </div>
  );
}

/** Without a text the rooms one knows and the default branch come first; with one, what it finds. */
function groupsOf(known: {
  text: string;
  found: readonly Branch[];
  defaultBranch: Branch | null;
  recent: readonly RecentRoom[];
  current: string | undefined;
  onChoose: (branch: string) => void;
}): ComboGroup[] {
  const { text, found, defaultBranch, recent, current, onChoose } = known;
  if (text.trim() !== '') return [{ options: found.map((each) => branchOption(each, current, onChoose)) }];
  const others = defaultBranch ? found.filter((each) => each.name !== defaultBranch.name) : found;
  const all = defaultBranch ? [defaultBranch, ...others] : others;
  const rooms = recent.filter((each) => each.branch !== current);
  return [
    { heading: 'Your rooms', options: rooms.map((each) => recentOption(each, onChoose)) },
    { heading: 'Branches', options: all.map((each) => branchOption(each, current, onChoose)) },
  ];
}

function statusOf(text: string, total: number, isComplete: boolean): string {
  const some = isComplete
    ? ''
    : ' Of so many only a part is listed; type how the name begins to find others.';
  if (total === 0) return `No branch has “${text}” in its name.${some}`;
  return total === 1
    ? `1 branch.${some}`
    : `${total.toLocaleString('en')} branches, the newest first.${some}`;
}
