import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useNavigate, useParams } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { BranchChooser } from '@/features/workspace/branch-chooser.js';
import { request } from '@/lib/http.js';
import { paths } from '../paths.js';
import { useRecentRooms } from '../recent-workspaces.js';

export function Component() {
  const { owner = '', repo = '' } = useParams();
  const navigate = useNavigate();
  const repository = useQuery({
    queryKey: ['repository', owner, repo],
    queryFn: ({ signal }) => request('GET /api/github/:owner/:repo', { params: { owner, repo }, signal }),
  });
  const known = repository.data;
  const recent = useRecentRooms(known?.owner ?? owner, known?.repo ?? repo);
  useEffect(() => {
    // The forge's own spelling is the address (NAM1).
    if (known && (known.owner !== owner || known.repo !== repo)) {
      void navigate(paths.branches.href(known.owner, known.repo), { replace: true });
    }
  }, [known, owner, repo, navigate]);
  return (
    <div className="page">
      <PageTitle>{`${owner}/${repo}`}</PageTitle>
      {repository.isPending && <DelayedProgress label="Loading the repository" />}
      {repository.error && <Problem error={repository.error} onRetry={() => void repository.refetch()} />}
      {known && (
        <>
          <h1>{`${known.owner}/${known.repo}`}</h1>
          {known.description && <p className="muted">{known.description}</p>}
          <h2>Branches</h2>
          <BranchChooser
            owner={known.owner}
            repo={known.repo}
            firstBranch={known.defaultBranch}
            mayCreate={known.role !== 'read'}
            recent={recent}
            onChoose={(branch) =>
              void navigate(paths.workspace.href({ owner: known.owner, repo: known.repo, branch }))
            }
          />
        </>
      )}
    </div>
  );
}
