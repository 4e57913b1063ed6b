import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Branch, RepositoryRef } from '@protocol/repository.js';
import { request } from '@/lib/http.js';
import type { BranchName } from './branch-name-choice.js';

/** Makes a branch and says which it is: its name may be of the server's choosing. */
export function useCreateBranch({ owner, repo }: RepositoryRef, onCreated: (branch: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ baseBranch, name }: { baseBranch: string; name: BranchName }): Promise<Branch> =>
      request('POST /api/github/branches', { body: { owner, repo, baseBranch, ...name } }),
    onSuccess: (branch) => {
      void client.invalidateQueries({ queryKey: ['branches', owner, repo] });
      onCreated(branch.name);
    },
  });
}
