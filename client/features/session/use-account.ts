import { ProtocolError } from '@protocol/error.js';
import type { Account } from '@protocol/user.js';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { askPerson } from '@/lib/kept/ask-person.js';
import { deleteKeptDatabase } from '@/lib/kept/kept-database.js';
import { KeptDocuments } from '@/lib/kept/kept-documents.js';
import { currentPerson, forgetPerson, rememberPerson } from '@/lib/kept/person.js';

const KEY = ['session'];

/** Who is signed in; without the server, who was when it was last there. */
export function useAccount() {
  return useQuery({ queryKey: KEY, queryFn: readAccount, staleTime: 60_000 });
}

async function readAccount(): Promise<Account> {
  const known = currentPerson();
  try {
    const account = await askPerson();
    // Somebody else has signed in here: nothing this page holds is his.
    if (known && known.id !== account.id) window.location.reload();
    return account;
  } catch (error) {
    if (known && error instanceof ProtocolError && error.code === 'unavailable') return known;
    throw error;
  }
}

export function useUpdateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; email?: string }) => request('PATCH /api/session', { body }),
    onSuccess: (account) => {
      rememberPerson(account);
      client.setQueryData(KEY, account);
    },
  });
}

/** Paths with edits that never reached the server: signing out would lose them. */
export async function findUnsent(account: Account): Promise<string[]> {
  try {
    return (await new KeptDocuments(account.id).unsent()).map((place) => place.path);
  } catch {
    // A device that keeps nothing has nothing to lose.
    return [];
  }
}

export function useSignOut(account: Account | undefined) {
  return useMutation({
    mutationFn: () => request('DELETE /api/session', {}),
    onSuccess: async () => {
      forgetPerson();
      if (account) await deleteKeptDatabase(account.id).catch(() => {});
      // Everything held in memory belongs to whoever was signed in.
      window.location.assign('/sign-in');
    },
    onError: (error) => toast({ message: `You are still signed in. ${error.message}`, tone: 'danger' }),
  });
}
