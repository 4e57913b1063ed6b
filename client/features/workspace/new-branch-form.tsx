import { GitBranchIcon, TriangleDownIcon } from '@primer/octicons-react';
import { Button, Flash } from '@primer/react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ComboList } from '@/components/combo-list.js';
import { BranchNameChoice, useBranchName } from './branch-name-choice.js';
import { branchOption } from './branch-options.js';
import { useBranches } from './use-branches.js';
import { useCreateBranch } from './use-create-branch.js';
import './branch-chooser.css';

type Props = {
  owner: string;
  repo: string;
  /** Where it begins, until another is chosen. */
  baseBranch: string;
  suggested?: string;
  onCreated: (branch: string) => void;
  onCancel?: () => void;
};

/** A new branch: from where, and how it is called. */
export function NewBranchForm({ owner, repo, baseBranch, suggested, onCreated, onCancel }: Props) {
  const [base, setBase] = useState(baseBranch);
  const [choosing, setChoosing] = useState(false);
  const naming = useBranchName(suggested);
  const create = useCreateBranch({ owner, repo }, onCreated);
  const form = useRef<HTMLFormElement>(null);
  const baseButton = useRef<HTMLButtonElement>(null);
  // What led here is gone from the page.
  useEffect(() => form.current?.querySelector<HTMLElement>('input:checked')?.focus(), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (naming.isValid) create.mutate({ baseBranch: base, name: naming.name });
  };
  const choose = (branch: string): void => {
    setBase(branch);
    close();
  };
  const close = (): void => {
    setChoosing(false);
    baseButton.current?.focus();
  };
  return (
    <form ref={form} className="new-branch" onSubmit={submit}>
      <div>
        <Button
          ref={baseButton}
          leadingVisual={GitBranchIcon}
          trailingAction={TriangleDownIcon}
          aria-expanded={choosing}
          onClick={() => setChoosing(!choosing)}
        >
          From {base}
        </Button>
      </div>
      {choosing && <BaseList owner={owner} repo={repo} current={base} onChoose={choose} onClose={close} />}
      <BranchNameChoice state={naming} />
      {create.error && <Flash variant="danger">{create.error.message}</Flash>}
      <div className="new-branch-buttons">
        {onCancel && <Button onClick={onCancel}>Back</Button>}
        <Button type="submit" variant="primary" disabled={!naming.isValid} loading={create.isPending}>
          Create and open
        </Button>
      </div>
    </form>
  );
}

function BaseList(props: {
  owner: string;
  repo: string;
  current: string;
  onChoose: (branch: string) => void;
  onClose: () => void;
}) {
  const { owner, repo, current, onChoose, onClose } = props;
  const [text, setText] = useState('');
  const branches = useBranches(owner, repo, text);
  const found = branches.data?.pages.flatMap((page) => page.branches) ?? [];
  return (
    <ComboList
      label="Find a branch to begin from"
      placeholder="Find a branch to begin from"
      text={text}
      onText={setText}
      groups={[{ options: found.map((each) => branchOption(each, current, onChoose, 'chosen')) }]}
      pending={branches.isOfBefore || branches.isPending}
      onMore={branches.hasNextPage ? () => void branches.fetchNextPage() : undefined}
      isLoadingMore={branches.isFetchingNextPage}
      onEscape={onClose}
      status={branches.data && found.length === 0 ? `No branch has “${text}” in its name.` : ''}
      focusOnOpen
    />
  );
}
