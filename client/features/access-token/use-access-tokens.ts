import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RouteBody } from '@protocol/http-routes.js';
import { request } from '@/lib/http.js';

const KEY = ['access-tokens'];

export function useAccessTokens() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request('GET /api/access-tokens', { signal }),
  });
}

export function useCreateAccessToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RouteBody<'POST /api/access-tokens'>) => request('POST /api/access-tokens', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRevokeAccessToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request('DELETE /api/access-tokens/:id', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
