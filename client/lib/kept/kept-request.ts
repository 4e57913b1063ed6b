import { ProtocolError } from '@protocol/error.js';
import type { HttpRoute, RouteReply } from '@protocol/http-routes.js';
import { request, type RequestInput } from '../http.js';
import { askPerson } from './ask-person.js';
import { timesForgotten } from './forget-repository.js';
import { keptDatabase } from './kept-database.js';
import { currentPerson } from './person.js';

/**
 * A request whose last answer is kept for the person who got it, and given
 * again while the server cannot be reached. Not for anything that changes something.
 */
export async function keptRequest<Route extends HttpRoute>(
  route: Route,
  input: RequestInput<Route>,
): Promise<RouteReply<Route>> {
  // After a sign-in elsewhere this may be the first page of all: then it is asked first.
  const person = currentPerson() ?? (await askPerson());
  const { signal: _, ...named } = input as { signal?: AbortSignal };
  const key = `${route} ${JSON.stringify(named)}`;
  const forgotten = timesForgotten();
  try {
    const answer = await request(route, input);
    // Whoever has signed in meanwhile: this was not asked in his name.
    if (currentPerson()?.id === person.id && forgotten === timesForgotten()) keep(person.id, key, answer);
    return answer;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'unavailable') throw error;
    const kept = await find(person.id, key);
    if (!kept) throw error;
    return kept.answer as RouteReply<Route>;
  }
}

function keep(personId: string, key: string, answer: unknown): void {
  keptDatabase(personId)
    .then((database) => database.put('answers', { answer, keptAt: Date.now() }, key))
    // A device that keeps nothing (a private window, no space) works on while connected.
    .catch(() => {});
}

async function find(personId: string, key: string): Promise<{ answer: unknown } | undefined> {
  try {
    return await (await keptDatabase(personId)).get('answers', key);
  } catch {
    return undefined;
  }
}
