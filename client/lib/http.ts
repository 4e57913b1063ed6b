import { errorBody, ProtocolError } from '@protocol/error.js';
import {
  httpRoutes,
  type HttpRoute,
  type RouteBody,
  type RouteParams,
  type RouteQuery,
  type RouteReply,
} from '@protocol/http-routes.js';
import { noteAnswer } from './reachability.js';

type Given<Name extends string, Value> = [Value] extends [undefined] ? object : { [Key in Name]: Value };
export type RequestInput<Route extends HttpRoute> = Given<'params', RouteParams<Route>> &
  Given<'query', RouteQuery<Route>> &
  Given<'body', RouteBody<Route>> & { signal?: AbortSignal };

/** One call of the protocol's table of routes. @throws {ProtocolError} what the server refused, `unavailable` where it was not reached */
export async function request<Route extends HttpRoute>(
  route: Route,
  input: RequestInput<Route>,
): Promise<RouteReply<Route>> {
  const { params, query, body, signal } = input as {
    params?: object;
    query?: object;
    body?: unknown;
    signal?: AbortSignal;
  };
  const [method, path] = route.split(' ') as [string, string];
  let response: Response;
  try {
    response = await fetch(address(path, params, query), {
      method,
      signal,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    noteAnswer(false);
    throw new ProtocolError(
      'unavailable',
      'Perch cannot be reached. Your work is kept; try again in a moment.',
      { cause: error },
    );
  }
  const text = await response.text();
  const answer: unknown = text === '' ? null : parseJson(text);
  // A proxy in front of a Perch that is not there answers in words of its own.
  noteAnswer(answer !== undefined);
  if (response.ok) return httpRoutes[route].reply.parse(answer) as RouteReply<Route>;
  const refusal = errorBody.safeParse(answer);
  if (refusal.success) throw ProtocolError.fromBody(refusal.data);
  throw new ProtocolError(
    'unavailable',
    `Perch answered with ${response.status}. Your work is kept; try again in a moment.`,
  );
}

/** The bytes of a file as it is now, for images and downloads. A browser asks anew for another version. */
export function rawUrl(workspaceId: string, path: string, version?: string): string {
  return address('/api/workspaces/:id/raw', { id: workspaceId }, { path, version });
}

/** The same as it was after an event. */
export function pastRawUrl(workspaceId: string, path: string, seq: number): string {
  return address('/api/workspaces/:id/history/raw', { id: workspaceId }, { path, seq });
}

function address(path: string, params: object = {}, query: object = {}): string {
  const filled = Object.entries(params).reduce(
    (now, [name, value]) => now.replace(`:${name}`, encodeURIComponent(String(value))),
    path,
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${filled}?${search.toString()}` : filled;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
