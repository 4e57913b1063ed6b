import { setImmediate as turn } from 'node:timers/promises';

/** How long work of this kind may keep others waiting. */
const TURN_MS = 8;

/** Says whether a turn that has begun now may go on. */
export function beginTurn(): () => boolean {
  const end = performance.now() + TURN_MS;
  return () => performance.now() < end;
}

/** Does long work a bit at a time: others have their turn between two steps of it. */
export async function inTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const mayGoOn = beginTurn();
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (mayGoOn());
    await turn();
  }
}
