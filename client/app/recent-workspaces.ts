import { queryOptions, useQuery } from '@tanstack/react-query';
import type { RecentWorkspace } from '@protocol/workspace.js';
import { keptRequest } from '@/lib/kept/kept-request.js';

/** The rooms one opened last. */
export const recentWorkspaces = queryOptions({
  queryKey: ['recent'],
  queryFn: ({ signal }) => keptRequest('GET /api/workspaces/recent', { signal }),
});

const NONE: readonly RecentWorkspace[] = [];

/** Those of one repository. */
export function useRecentRooms(owner: string, repo: string): readonly RecentWorkspace[] {
  const { data = NONE } = useQuery(recentWorkspaces);
  return data.filter((each) => each.owner === owner && each.repo === repo);
}
