import { useQuery } from '@tanstack/react-query';
import { keptRequest } from '@/lib/kept/kept-request.js';

/** Somebody may protect a branch while others are in its room. */
const REFRESH_MS = 300_000;

/** Whether the forge takes changes of a room's branch by a pull request alone. */
export function useIsProtected(workspaceId: string): boolean {
  const { data } = useQuery({
    queryKey: ['protection', workspaceId],
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/protection', { params: { id: workspaceId }, signal }),
    staleTime: REFRESH_MS,
    refetchInterval: REFRESH_MS,
  });
  return data?.isProtected ?? false;
}
