import { ProtocolError } from '@protocol/error.js';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

/** Asks again where the server said that it may help, and not otherwise. */
const retry = (failures: number, error: unknown): boolean =>
  error instanceof ProtocolError && error.retry && failures < 3;

/** @param onSignedOut called when any answer says that the session has ended */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (error instanceof ProtocolError && error.code === 'unauthenticated') onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // Asked without a connection too: the answer is then what is kept, or a sentence that says so.
    defaultOptions: {
      queries: { retry, staleTime: 5_000, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
