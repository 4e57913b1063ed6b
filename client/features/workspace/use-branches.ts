import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { request } from '@/lib/http.js';
import { useSettled } from '@/lib/use-settled.js';

/** Who is there changes while one looks. Of a list that was followed far down each page waits for its turn. */
const REFRESH_MS = 10_000;

/** The branches whose names have this text in them, the newest first, page by page. */
export function useBranches(owner: string, repo: string, text: string) {
  const query = useSettled(text.trim());
  const found = useInfiniteQuery({
    queryKey: ['branches', owner, repo, query],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      request('GET /api/github/:owner/:repo/branches', {
        params: { owner, repo },
        query: { query: query || undefined, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => REFRESH_MS * (state.data?.pages.length ?? 1),
  });
  return { ...found, query, isOfBefore: query !== text.trim() || found.isPlaceholderData };
}
