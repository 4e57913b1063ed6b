import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { NewBranchForm } from '@/features/workspace/new-branch-form.js';
import { request } from '@/lib/http.js';
import { paths } from '../paths.js';
import { RepositoryChooser } from '../repository-chooser.js';

/** A branch that is not there yet, and its room: of which repository, from where, and how it is called. */
export function Component() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const owner = search.get('owner') ?? '';
  const repo = search.get('repo') ?? '';
  return (
    <div className="page">
      <PageTitle>New branch</PageTitle>
      <h1>New branch</h1>
      {owner && repo ? (
        <InRepository owner={owner} repo={repo} />
      ) : (
        <RepositoryChooser
          onRepository={(chosen) => void navigate(paths.newWorkspace.href(chosen.owner, chosen.repo))}
        />
      )}
    </div>
  );
}

function InRepository({ owner, repo }: { owner: string; repo: string }) {
  const navigate = useNavigate();
  const repository = useQuery({
    queryKey: ['repository', owner, repo],
    queryFn: ({ signal }) => request('GET /api/github/:owner/:repo', { params: { owner, repo }, signal }),
  });
  if (repository.isPending) return <DelayedProgress label="Loading the repository" />;
  if (repository.error)
    return (
      <Problem error={repository.error} onRetry={() => void repository.refetch()}>
        <Link to={paths.newWorkspace.href()}>Choose another repository</Link>
      </Problem>
    );
  const known = repository.data;
  const open = (branch: string): void =>
    void navigate(paths.workspace.href({ owner: known.owner, repo: known.repo, branch }));
  return (
    <>
      <p>
        In <Link to={paths.branches.href(known.owner, known.repo)}>{`${known.owner}/${known.repo}`}</Link>.{' '}
        <Link to={paths.newWorkspace.href()}>Choose another repository</Link>
      </p>
      {known.role === 'read' ? (
        <p className="muted">
          You may watch this repository, not change it. Ask whoever administers it for write access.
        </p>
      ) : (
        <NewBranchForm
          owner={known.owner}
          repo={known.repo}
          baseBranch={known.defaultBranch}
          onCreated={open}
        />
      )}
    </>
  );
}
