import { RequestError } from 'octokit';
import { ProtocolError } from '../protocol/error.js';

/** The answer, or null where the forge says that there is none. Any other refusal as with `told`. */
export async function orNull<Answer>(
  asked: Promise<Answer>,
  absent: readonly number[] = [404],
): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RequestError && absent.includes(error.status)) return null;
    throw toRefusal(error);
  }
}

/** The answer. @throws {ProtocolError} what the forge said, in a sentence */
export async function told<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    throw toRefusal(error);
  }
}

/** Whether the forge does not know the token that was sent. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof ProtocolError && error.cause instanceof RequestError && error.cause.status === 401;
}

/** Whether it asked too much, which says nothing of what it asked for. */
export function isRateLimited(error: RequestError): boolean {
  return (error.status === 403 || error.status === 429) && /rate limit/i.test(error.message);
}

function toRefusal(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (!(error instanceof RequestError)) {
    return new ProtocolError('forge', 'GitHub does not answer. Your work is kept; try again.', {
      cause: error,
    });
  }
  const said = error.message.split(' - https://')[0] ?? error.message;
  if (error.status === 404)
    return new ProtocolError('not-found', 'GitHub does not have this, or may not show it.', { cause: error });
  if (error.status === 401)
    return new ProtocolError('forge', 'GitHub does not accept Perch’s token. The operator renews it.', {
      cause: error,
    });
  if (error.status === 403 || error.status === 429) {
    if (isRateLimited(error)) {
      const retryAfterMs = waitOf(error);
      const minutes = Math.ceil(retryAfterMs / 60_000);
      return new ProtocolError(
        'rate-limited',
        `GitHub takes no more requests for ${minutes === 1 ? 'a minute' : `${minutes} minutes`}: its rate limit is used up. Your work is kept, and editing what is open goes on.`,
        { cause: error, retryAfterMs },
      );
    }
    return new ProtocolError('forbidden', `GitHub does not allow this: ${said}`, { cause: error });
  }
  if (error.status === 409) return new ProtocolError('conflict', `GitHub: ${said}`, { cause: error });
  if (error.status === 422) return new ProtocolError('unprocessable', `GitHub: ${said}`, { cause: error });
  return new ProtocolError('forge', 'GitHub does not answer as it should. Your work is kept; try again.', {
    cause: error,
  });
}

/** How long a limit lasts: as `retry-after` says, else until the hour's budget is new. Milliseconds. */
function waitOf(error: RequestError): number {
  const headers = error.response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (after > 0) return after * 1000;
  const reset = Number(headers['x-ratelimit-reset']) * 1000 - Date.now();
  return headers['x-ratelimit-remaining'] === '0' && reset > 0 ? reset : 60_000;
}
