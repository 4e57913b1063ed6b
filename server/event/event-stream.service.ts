import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../platform/caller.js';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError } from '../protocol/error.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { LOOK_MS } from '../workspace/access-times.js';
import { closedNews } from '../workspace/access-watch.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { EventFeedService } from './event-feed.service.js';
import { eventFrame, EventSourceResponse } from './event-source-response.js';
import { EventService } from './event.service.js';
import { EventStream, frameOf } from './event-stream.js';

/** Well below the half minute after which proxies end what is silent. A reader who takes nothing is cut at the second look. */
const READER_LOOK_MS = 5_000;
/** A person's programs and tabs together. */
const STREAMS_MAX = 50;

/** The events of a workspace over HTTP, as they happen and from any number on (EVT2). */
@Injectable()
export class EventStreamService implements OnModuleInit, BeforeApplicationShutdown {
  readonly #streams = new Map<string, Set<EventStream>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopListening: (() => void) | undefined;
  #checking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly events: EventService,
    private readonly feed: EventFeedService,
    private readonly workspaces: WorkspaceService,
    private readonly notifications: NotificationListener,
  ) {}

  async onModuleInit(): Promise<void> {
    this.feed.onEvent((event) => this.#tell(event));
    this.workspaces.onAccessChanged(() => this.#checkSoon());
    this.#stopListening = await this.notifications.listen('perch_access', (payload) => {
      if (payload === 'sessions' || payload === 'tokens') this.#checkSoon();
    });
    this.#timers.push(
      setInterval(() => this.#all().forEach((stream) => stream.output.look()), READER_LOOK_MS),
      setInterval(() => this.#checkSoon(), LOOK_MS),
    );
  }

  /** A stream would hold the server's end up. */
  beforeApplicationShutdown(): void {
    this.#stopped = true;
    this.#stopListening?.();
    for (const timer of this.#timers) clearInterval(timer);
    this.endAll();
  }

  get openCount(): number {
    return this.#all().length;
  }

  /** Their readers come back to whichever process is there. */
  endAll(): void {
    for (const stream of this.#all()) stream.output.end();
  }

  /** @param after the number of the last event heard; undefined for those that happen from now on */
  async open(
    caller: Caller,
    workspaceId: string,
    after: number | undefined,
    response: Response,
  ): Promise<void> {
    this.#refuseAbove(caller);
    const last = await this.events.lastSeq(workspaceId);
    if (after !== undefined && after > last)
      throw new ProtocolError(
        'invalid',
        `There is no event ${after} in this workspace yet. The last is ${last}.`,
      );
    await this.feed.watch(workspaceId);
    const output = new EventSourceResponse(response);
    const source = {
      after: (seq: number, limit: number) => this.events.after(workspaceId, seq, limit),
      told: () => this.feed.told(workspaceId),
    };
    const stream = new EventStream(workspaceId, caller, output, source, after ?? last);
    const streams = this.#streams.get(workspaceId) ?? new Set();
    this.#streams.set(workspaceId, streams.add(stream));
    output.onClosed(() => {
      streams.delete(stream);
      if (streams.size === 0) this.#streams.delete(workspaceId);
      this.feed.unwatch(workspaceId);
    });
    this.#catchUp(stream);
  }

  #all(): EventStream[] {
    return [...this.#streams.values()].flatMap((streams) => [...streams]);
  }

  #refuseAbove({ account }: Caller): void {
    if (this.#stopped) throw new ProtocolError('unavailable', 'Perch is stopping. Ask again in a moment.');
    if (this.#all().filter((stream) => stream.caller.account.id === account.id).length >= STREAMS_MAX)
      throw new ProtocolError('rate-limited', `You have ${STREAMS_MAX} streams open. End one first.`);
  }

  #tell(event: WorkspaceEvent): void {
    let encoded: string | undefined;
    const frame = (): string => (encoded ??= frameOf(event));
    for (const stream of this.#streams.get(event.workspaceId) ?? [])
      if (!stream.hear(event.seq, frame)) this.#catchUp(stream);
  }

  #catchUp(stream: EventStream): void {
    stream.catchUp().catch((error: unknown) => {
      log.warn({ err: error }, 'events could not be read for a stream; it ends, and its reader comes back');
      stream.output.end();
    });
  }

  #checkSoon(): void {
    this.#checking = this.#checking.then(() => this.#check());
  }

  /** Ends the streams of whoever is signed out, whose token has ended, or who may no longer be there. */
  async #check(): Promise<void> {
    for (const stream of this.#all()) {
      const { workspaceId, output } = stream;
      try {
        const caller = await stream.caller.again();
        if (!caller) {
          output.end();
          continue;
        }
        const standing = await this.workspaces.standing(caller.account, workspaceId);
        if (standing.kind !== 'out') continue;
        output.write(eventFrame('workspace:closed', closedNews(workspaceId, standing.reason)));
        output.end();
      } catch (error) {
        log.warn({ err: error, workspaceId }, 'access could not be asked again; it is asked later');
      }
    }
  }
}
