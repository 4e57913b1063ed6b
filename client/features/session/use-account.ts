import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '@/lib/http.js';

const KEY = ['session'];

/** Who is signed in. */
export function useAccount() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => request('GET /api/session', { signal }),
    staleTime: 60_000,
  });
}

export function useUpdateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; email?: string }) => request('PATCH /api/session', { body }),
    onSuccess: (account) => client.setQueryData(KEY, account),
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => request('DELETE /api/session', {}),
    // Everything held in memory belongs to whoever was signed in.
    onSuccess: () => window.location.assign('/sign-in'),
  });
}
