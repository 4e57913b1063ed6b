import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { SearchQuery } from '@protocol/search.js';
import { useEffect, useState } from 'react';
import { request } from '@/lib/http.js';

/** A pause in typing: each search is work for the server. */
const PAUSE_MS = 350;

/** What is found of a query once it has not changed for a moment. */
export function useSearch(workspaceId: string, query: SearchQuery) {
  const [settled, setSettled] = useState(query);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query]);
  return useQuery({
    queryKey: ['search', workspaceId, settled],
    enabled: settled.query !== '',
    queryFn: ({ signal }) =>
      request('POST /api/workspaces/:id/search', { params: { id: workspaceId }, body: settled, signal }),
    staleTime: 0,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });
}
