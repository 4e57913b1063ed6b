import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { log } from '../platform/log.js';
import { eventSeconds } from '../platform/metrics.js';
import { NotificationListener } from '../platform/notification-listener.js';
import type { eventPage, eventQuery, WorkspaceEvent } from '../protocol/event.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { EventService } from './event.service.js';

/** Rows read at once while catching up. */
const PAGE = 500;

type Feed = { cursor: number; watchers: number; reading: boolean; again: boolean };

/**
 * Tells this process's listeners every event of the workspaces they watch, in
 * order, each once: one cursor a workspace, moved only by rows that were read
 * after it. A wake-up only says when to look, so a lost one costs time and no event.
 */
@Injectable()
export class EventFeedService implements OnModuleInit, OnApplicationShutdown {
  readonly #feeds = new Map<string, Feed>();
  readonly #listeners = new Set<(event: WorkspaceEvent) => void>();
  #stopListening: (() => void) | undefined;

  constructor(
    private readonly events: EventService,
    private readonly workspaces: WorkspaceService,
    private readonly notifications: NotificationListener,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#stopListening = await this.notifications.listen('perch_event', (workspaceId) => {
      if (workspaceId === null) for (const id of this.#feeds.keys()) this.#wake(id);
      else this.#wake(workspaceId);
    });
  }

  onApplicationShutdown(): void {
    this.#stopListening?.();
    this.#feeds.clear();
  }

  async page(
    account: Account,
    workspaceId: string,
    query: z.output<typeof eventQuery>,
  ): Promise<z.infer<typeof eventPage>> {
    await this.workspaces.require(account, workspaceId, 'read');
    const events =
      query.after === undefined
        ? await this.events.before(workspaceId, query.before, query.limit)
        : await this.events.after(workspaceId, query.after, query.limit);
    return { events };
  }

  onEvent(listener: (event: WorkspaceEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** From now on this workspace's events are told here, until as many `unwatch` calls. */
  async watch(workspaceId: string): Promise<void> {
    const known = this.#feeds.get(workspaceId);
    if (known) {
      known.watchers++;
      return;
    }
    const cursor = await this.events.lastSeq(workspaceId);
    const feed = this.#feeds.get(workspaceId);
    if (feed) feed.watchers++;
    else this.#feeds.set(workspaceId, { cursor, watchers: 1, reading: false, again: false });
    // What was written between the question and the answer had nobody to wake.
    this.#wake(workspaceId);
  }

  unwatch(workspaceId: string): void {
    const feed = this.#feeds.get(workspaceId);
    if (feed && --feed.watchers === 0) this.#feeds.delete(workspaceId);
  }

  /** The last event told here. Whoever begins to listen in the same turn hears everything after it. */
  told(workspaceId: string): number {
    const feed = this.#feeds.get(workspaceId);
    if (!feed) throw new Error(`the events of ${workspaceId} are not watched`);
    return feed.cursor;
  }

  #wake(workspaceId: string): void {
    const feed = this.#feeds.get(workspaceId);
    if (!feed) return;
    if (feed.reading) {
      feed.again = true;
      return;
    }
    this.#read(workspaceId, feed).catch((error: unknown) => {
      // The cursor stands where it stood; the next wake-up reads on from there.
      log.warn({ err: error, workspaceId }, 'events could not be read; they follow with the next wake-up');
    });
  }

  async #read(workspaceId: string, feed: Feed): Promise<void> {
    feed.reading = true;
    try {
      let rows: WorkspaceEvent[];
      do {
        feed.again = false;
        rows = await this.events.after(workspaceId, feed.cursor, PAGE);
        if (this.#feeds.get(workspaceId) !== feed) return;
        for (const event of rows) {
          feed.cursor = event.seq;
          // The database's clock may be ahead of ours.
          eventSeconds.observe(Math.max(0, Date.now() - Date.parse(event.createdAt)) / 1000);
          for (const listener of this.#listeners) listener(event);
        }
      } while (rows.length === PAGE || feed.again);
    } finally {
      // In the same turn as the last look at `again`, so that no wake-up falls between.
      feed.reading = false;
    }
  }
}
