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

function toRefusal(error: unknown): ProtocolError {
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
    const after = Number(error.response?.headers['retry-after'] ?? 60) * 1000;
    if (/rate limit/i.test(said)) {
      return new ProtocolError('rate-limited', 'GitHub’s rate limit is used up for now. Your work is kept.', {
        cause: error,
        retryAfterMs: after,
      });
    }
    return new ProtocolError('forbidden', `GitHub does not allow this: ${said}`, { cause: error });
  }
  if (error.status === 409) return new ProtocolError('conflict', `GitHub: ${said}`, { cause: error });
  if (error.status === 422) return new ProtocolError('unprocessable', `GitHub: ${said}`, { cause: error });
  return new ProtocolError('forge', 'GitHub does not answer as it should. Your work is kept; try again.', {
    cause: error,
  });
}
