import { RepoIcon, SearchIcon } from '@primer/octicons-react';
import { ActionList, Label, TextInput } from '@primer/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { request } from '@/lib/http.js';
import { paths } from '../paths.js';

export function Component() {
  const [filter, setFilter] = useState('');
  const navigate = useNavigate();
  const repositories = useQuery({
    queryKey: ['repositories'],
    queryFn: ({ signal }) => request('GET /api/repositories', { signal }),
  });
  const shown = repositories.data?.filter((each) =>
    `${each.owner}/${each.repo}`.toLowerCase().includes(filter.toLowerCase()),
  );
  return (
    <div className="page">
      <PageTitle>Choose a repository</PageTitle>
      <h1>Choose a repository</h1>
      <TextInput
        block
        leadingVisual={SearchIcon}
        aria-label="Find a repository"
        placeholder="Find a repository"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      {repositories.isPending && <DelayedProgress label="Loading the repositories" />}
      {repositories.error && (
        <Problem error={repositories.error} onRetry={() => void repositories.refetch()} />
      )}
      {shown?.length === 0 && (
        <p className="muted">
          {repositories.data?.length === 0
            ? 'There is no repository you may see. Ask for an invitation, or give Perch’s token access to one.'
            : `No repository has “${filter}” in its name.`}
        </p>
      )}
      {shown && shown.length > 0 && (
        <ActionList aria-label="Repositories">
          {shown.map(({ id, owner, repo, description, private: isPrivate }) => (
            <ActionList.Item key={id} onSelect={() => void navigate(paths.branches.href(owner, repo))}>
              <ActionList.LeadingVisual>
                <RepoIcon />
              </ActionList.LeadingVisual>
              {`${owner}/${repo}`}
              {description && <ActionList.Description variant="block">{description}</ActionList.Description>}
              {isPrivate && (
                <ActionList.TrailingVisual>
                  <Label>private</Label>
                </ActionList.TrailingVisual>
              )}
            </ActionList.Item>
          ))}
        </ActionList>
      )}
    </div>
  );
}
