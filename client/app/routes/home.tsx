import { GitBranchIcon, RepoIcon } from '@primer/octicons-react';
import { Button, CounterLabel, FormControl, RelativeTime, TextInput } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { useQuery } from '@tanstack/react-query';
import type { RecentWorkspace } from '@protocol/workspace.js';
import { useState, type FormEvent } from 'react';
import { Link, useNavigate } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { PresenceAvatars } from '@/features/presence/presence-avatars.js';
import { parseRepositoryInput, paths } from '../paths.js';
import { recentWorkspaces } from '../recent-workspaces.js';
import './home.css';

/** Who is there changes while one looks. */
const REFRESH_MS = 10_000;

export function Component() {
  const recent = useQuery({ ...recentWorkspaces, refetchInterval: REFRESH_MS });
  return (
    <div className="page">
      <PageTitle>Workspaces</PageTitle>
      <h1>Workspaces</h1>
      <OpenRepository />
      <h2>Recent</h2>
      {recent.isPending && <DelayedProgress label="Loading your workspaces" />}
      {recent.error && <Problem error={recent.error} onRetry={() => void recent.refetch()} />}
      {recent.data?.length === 0 && (
        <Blankslate border>
          <Blankslate.Visual>
            <GitBranchIcon size="medium" />
          </Blankslate.Visual>
          <Blankslate.Heading as="h3">No workspace yet</Blankslate.Heading>
          <Blankslate.Description>
            Choose a repository and a branch: its live room opens, and everybody on it edits the same files.
          </Blankslate.Description>
          <Blankslate.PrimaryAction href={paths.choose.href()}>Choose a repository</Blankslate.PrimaryAction>
        </Blankslate>
      )}
      {recent.data && recent.data.length > 0 && (
        <ul className="recent">
          {recent.data.map((workspace) => (
            <RecentRow
              key={`${workspace.owner}/${workspace.repo}@${workspace.branch}`}
              workspace={workspace}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function OpenRepository() {
  const [input, setInput] = useState('');
  const [wrong, setWrong] = useState(false);
  const navigate = useNavigate();
  const open = (event: FormEvent): void => {
    event.preventDefault();
    const href = parseRepositoryInput(input);
    setWrong(href === null);
    if (href) void navigate(href);
  };
  return (
    <form className="open-repository" onSubmit={open}>
      <FormControl>
        <FormControl.Label>Open a repository</FormControl.Label>
        <TextInput
          block
          leadingVisual={RepoIcon}
          placeholder="owner/repo, owner/repo@branch or a GitHub address"
          value={input}
          onChange={(event) => setInput(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {wrong && (
          <FormControl.Validation variant="error">
            Write owner/repo, owner/repo@branch, or paste an address.
          </FormControl.Validation>
        )}
      </FormControl>
      <div className="open-repository-buttons">
        <Button type="submit" variant="primary">
          Open
        </Button>
        <Button as={Link} to={paths.choose.href()}>
          Browse
        </Button>
        <Button as={Link} to={paths.newWorkspace.href()}>
          New branch
        </Button>
      </div>
    </form>
  );
}

function RecentRow({ workspace }: { workspace: RecentWorkspace }) {
  const { owner, repo, branch, openedAt, changes, people } = workspace;
  return (
    <li className="recent-row">
      <Link className="recent-link" to={paths.workspace.href({ owner, repo, branch })}>
        <span className="recent-name">{`${owner}/${repo}`}</span>
        <span className="recent-branch">
          <GitBranchIcon size={12} /> {branch}
        </span>
      </Link>
      {changes > 0 && (
        <span className="muted">
          <CounterLabel>{changes}</CounterLabel> uncommitted
        </span>
      )}
      <PresenceAvatars
        people={people.map((person) => ({ person, connections: 1, path: null, idle: false }))}
      />
      <RelativeTime className="muted recent-time" date={new Date(openedAt)} />
    </li>
  );
}
