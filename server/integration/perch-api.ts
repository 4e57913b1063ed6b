import { setTimeout as pause } from 'node:timers/promises';
import { errorBody, ProtocolError } from '../protocol/error.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import type { HttpRoute, RouteBody, RouteQuery, RouteReply } from '../protocol/http-routes.js';
import type { BranchRef } from '../protocol/repository.js';
import { readEventSource } from './event-source.js';

/** The first wait after a lost stream, and the longest. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 15_000;

/**
 * Perch for a program, with an access token. Stands on nothing but `fetch` and
 * the protocol; whatever the server refuses is thrown as a ProtocolError.
 */
export class PerchApi {
  /** @param options.url where people open Perch; `token` is made there under Access tokens */
  constructor(private readonly options: { url: string; token: string }) {}

  /** Who is on a branch, in which file. Scope `presence:read`. */
  presence(room: BranchRef): Promise<RouteReply<'GET /api/workspace/presence'>> {
    return this.#call('GET /api/workspace/presence', room);
  }

  /** Says where the token's person is; to be said again within 30 s. Scope `presence:write`. */
  putPresence(
    room: BranchRef,
    where: RouteBody<'PUT /api/workspace/presence'>,
  ): Promise<RouteReply<'PUT /api/workspace/presence'>> {
    return this.#call('PUT /api/workspace/presence', room, where);
  }

  /** A page of events: after a number, oldest first; else the last ones, newest first. Scope `events:read`. */
  async events(
    room: BranchRef,
    page: { after?: number; before?: number; limit?: number } = {},
  ): Promise<WorkspaceEvent[]> {
    const reply = await this.#call('GET /api/workspace/events', { ...room, ...page });
    return reply.events as WorkspaceEvent[];
  }

  /** Adds an `integration.*` event. Scope `events:write`, and its person may edit. */
  async addEvent(room: BranchRef, event: RouteBody<'POST /api/workspace/events'>): Promise<WorkspaceEvent> {
    return (await this.#call('POST /api/workspace/events', room, event)) as WorkspaceEvent;
  }

  /**
   * Every event after a number, each once and in order, until the signal
   * aborts: through lost connections and restarts, on whichever process
   * answers. Scope `events:read`.
   *
   * @throws {ProtocolError} what another attempt would not change
   */
  async *eventStream(
    room: BranchRef,
    { after, signal }: { after: number; signal?: AbortSignal },
  ): AsyncGenerator<WorkspaceEvent, void> {
    let last = after;
    let waitMs = RETRY_MS;
    while (!signal?.aborted) {
      try {
        const response = await this.#fetch('GET /api/workspace/events/stream', room, {
          headers: { 'Last-Event-ID': String(last) },
          signal,
        });
        for await (const message of readEventSource(response, signal)) {
          waitMs = RETRY_MS;
          if (message.event !== 'event:added') continue;
          const event = JSON.parse(message.data) as WorkspaceEvent;
          last = event.seq;
          yield event;
        }
      } catch (error) {
        if (error instanceof ProtocolError && !error.retry) throw error;
        waitMs = Math.min(2 * waitMs, RETRY_MAX_MS);
      }
      await pause(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #call<Route extends HttpRoute>(
    route: Route,
    query: object & Partial<RouteQuery<Route>>,
    body?: RouteBody<Route>,
  ): Promise<RouteReply<Route>> {
    const response = await this.#fetch(route, query, {
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return (await response.json()) as RouteReply<Route>;
  }

  async #fetch(route: HttpRoute, query: object, init: RequestInit): Promise<Response> {
    const [method, path] = route.split(' ') as [string, string];
    const url = new URL(path, this.options.url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers = { ...init.headers, Authorization: `Bearer ${this.options.token}` };
    const response = await fetch(url, { ...init, method, headers });
    if (response.ok) return response;
    const refusal = errorBody.safeParse(await response.json().catch(() => null));
    if (refusal.success) throw ProtocolError.fromBody(refusal.data);
    throw new ProtocolError('unavailable', `Perch answered with ${response.status}.`);
  }
}
