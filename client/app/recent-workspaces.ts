import { queryOptions } from '@tanstack/react-query';
import { keptRequest } from '@/lib/kept/kept-request.js';

/** The rooms one opened last. */
export const recentWorkspaces = queryOptions({
  queryKey: ['recent'],
  queryFn: ({ signal }) => keptRequest('GET /api/workspaces/recent', { signal }),
});
