import { ProtocolError } from '@protocol/error.js';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

const TRIES = 3;
/** What is not to be had sooner is told at once. */
const SOON_MS = 5_000;
/** And looked for again at this pace, while somebody looks. */
const AGAIN_MS = 30_000;

/** Asks again where the server said that it may help, and not otherwise. */
const retry = (failures: number, error: unknown): boolean =>
  error instanceof ProtocolError && error.retry && !isLasting(error) && failures < TRIES;

const refetchInterval = ({ state: { error } }: { state: { error: unknown } }): number | false =>
  error instanceof ProtocolError && isLasting(error) && Math.max(AGAIN_MS, error.retryAfterMs ?? 0);

/** For the forge the server itself has waited, and asked again (GIT6). */
const isLasting = ({ code, retryAfterMs = 0 }: ProtocolError): boolean =>
  code === 'forge' || retryAfterMs > SOON_MS;

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
      queries: { retry, refetchInterval, staleTime: 5_000, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
