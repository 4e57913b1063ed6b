import { ProtocolError } from '../protocol/error.js';
import { log } from './log.js';

/** What GitHub says in words alone where a rule of the branch, not a right of the person, is in the way. */
const RULES =
  /protect|rule|permission|not accessible|not authorized|denied|pull request|status check|cannot (?:force-push|delete)|working tree|checked out|being rebased/i;
/** A lost race is said in words alone; whatever is not one of these is no reason to say that the branch moved. */
const LOST_RACE = /stale|expected|beforeOid|is at .* and not at|does not exist|already exists|fast.?forward/i;

/** Why the forge did not move a branch; null where it did not answer, and nothing is known. */
export function refusedMove(error: unknown): 'head-moved' | ProtocolError | null {
  if (!isGraphqlRefusal(error)) return null;
  const errors = error.errors ?? [];
  const said = errors.map(({ message }) => message).join(' ') || error.message;
  log.warn({ error: said }, 'the forge refused to move a branch');
  const types = errors.map(({ type }) => type);
  if (types.includes('FORBIDDEN') || types.includes('INSUFFICIENT_SCOPES'))
    return new ProtocolError('forbidden', `GitHub does not allow this: ${said}`, {
      cause: error,
    });
  if (types.includes('NOT_FOUND'))
    return new ProtocolError('not-found', 'GitHub does not have this repository, or may not show it.', {
      cause: error,
    });
  // A branch may be called after a rule.
  const words = said.replaceAll(/refs\/\S+/g, 'ref');
  if (RULES.test(words))
    return new ProtocolError('unprocessable', `The forge refused: ${said}`, { cause: error });
  if (LOST_RACE.test(words)) return 'head-moved';
  return new ProtocolError('forge', 'GitHub did not do it. Your work is kept here; try again.', {
    cause: error,
  });
}

/** GitHub gives each error a `type` beside its words. */
type GraphqlRefusal = Error & { errors?: readonly { type?: string; message: string }[] };

function isGraphqlRefusal(error: unknown): error is GraphqlRefusal {
  return error instanceof Error && error.name === 'GraphqlResponseError';
}
