import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventFeedService } from '../event/event-feed.service.js';
import { EventService } from '../event/event.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError } from '../protocol/error.js';
import type { Presence, PresenceMove } from '../protocol/presence.js';
import type { Account, Role } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { OFFLINE_AFTER_S, PresenceRepository } from './presence.repository.js';
import { PresenceRoom } from './presence-room.js';

/** Three heartbeats fit into the 30 s after which a connection counts as gone. */
const HEARTBEAT_MS = 10_000;
/** A cursor that stood still moves at once; many that move share packets, well within a frame of the screen. */
const TELL_INTERVAL_MS = 8;
/** Rows are written at most ten times a second, whatever the number of people (PRS2). */
const STORE_MS = 100;
/** A reload or a short break in the network is neither a going nor a coming. */
const GRACE_MS = 5_000;

export type PresenceChange = { workspaceId: string; upserted: Presence[]; removed: string[] };

type Own = { workspaceId: string; account: Account; presence: Presence; watching: boolean };

/**
 * Who is where, by connection (PRS1). This process's own connections live in
 * memory and are told at once; rows follow, coalesced; other processes'
 * connections are read from their rows whenever those change. A connection is
 * told and stored until it leaves, and forgotten by everybody 30 s after its process died.
 */
@Injectable()
export class PresenceService implements OnModuleInit, BeforeApplicationShutdown {
  readonly #own = new Map<string, Own>();
  readonly #rooms = new Map<string, PresenceRoom>();
  readonly #unstored = new Set<string>();
  readonly #untold = new Set<string>();
  readonly #listeners = new Set<(change: PresenceChange) => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #storing: Promise<void> | undefined;
  #storeTimer: NodeJS.Timeout | undefined;
  #telling = false;
  #stopped = false;
  readonly #stopListening: (() => void)[] = [];

  constructor(
    private readonly rows: PresenceRepository,
    private readonly database: DatabaseConnection,
    private readonly events: EventService,
    private readonly feed: EventFeedService,
    private readonly workspaces: WorkspaceService,
    private readonly notifications: NotificationListener,
  ) {}

  async onModuleInit(): Promise<void> {
    const wakeAll = (): void => {
      for (const room of this.#rooms.values()) room.wake();
    };
    this.#stopListening.push(
      await this.notifications.listen('perch_presence', (workspaceId) =>
        workspaceId === null ? wakeAll() : this.#rooms.get(workspaceId)?.wake(),
      ),
      await this.notifications.listen('perch_account', wakeAll),
    );
    const heartbeat = setInterval(() => {
      for (const connectionId of this.#own.keys()) this.#unstored.add(connectionId);
      this.#storeSoon();
      void this.#guard(this.#sweep(), 'stale presence could not be swept');
    }, HEARTBEAT_MS);
    this.#timers.add(heartbeat);
    // Whoever was there when everything stopped and has not come back by now has gone.
    this.#later((OFFLINE_AFTER_S + 5) * 1000, () => this.#settleAll());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    for (const stop of this.#stopListening) stop();
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#storeTimer);
    await this.#storing;
    await this.#guard(this.rows.removeOwn(), 'presence could not be taken back');
  }

  /** Workspaces in which somebody is on this process. */
  get roomCount(): number {
    return this.#rooms.size;
  }

  onChanged(listener: (change: PresenceChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Takes a connection into a workspace, out of the one it was in. Repeating it is harmless. */
  async join(connectionId: string, account: Account, workspaceId: string): Promise<{ role: Role }> {
    const { role } = await this.workspaces.require(account, workspaceId, 'read');
    const before = this.#own.get(connectionId);
    if (before?.workspaceId === workspaceId) return { role };
    if (before) await this.leave(connectionId);
    const person = { id: account.id, name: account.name, color: account.color };
    const presence = { connectionId, person, count: -1, path: null, cursor: null, idle: false };
    const own: Own = { workspaceId, account, presence, watching: false };
    this.#own.set(connectionId, own);
    try {
      await this.feed.watch(workspaceId);
      if (this.#own.get(connectionId) === own) own.watching = true;
      else {
        this.feed.unwatch(workspaceId);
        throw connectionEnded();
      }
      await this.#enterRoom(workspaceId);
      await this.database.transaction(async (transaction) => {
        await this.rows.upsert([own], transaction);
        await this.events.tellPresence(transaction, workspaceId, account.id, (inside) =>
          this.rows.isPresent(inside, workspaceId, account.id),
        );
      });
    } catch (error) {
      await this.leave(connectionId);
      throw error;
    }
    if (this.#own.get(connectionId) !== own) {
      // It left while its row was being written: the row goes too.
      await this.rows.remove(connectionId);
      throw connectionEnded();
    }
    this.#tellSoon(connectionId);
    return { role };
  }

  /** Everybody in a workspace as far as this process has told it: what changes later is told as a change. */
  list(workspaceId: string): Presence[] {
    const own = [...this.#own.values()].filter((each) => each.workspaceId === workspaceId);
    return [...own.map((each) => each.presence), ...(this.#rooms.get(workspaceId)?.foreign() ?? [])];
  }

  /** Everybody in a workspace by the rows, whichever process they are connected to; at most a moment old. */
  async everywhere(workspaceId: string): Promise<Presence[]> {
    return (await this.rows.list(workspaceId)).map((each) => each.presence);
  }

  /** The hot path: memory alone; telling and storing follow in the tick. An older state than the last is ignored. */
  move(connectionId: string, move: PresenceMove): void {
    const own = this.#own.get(connectionId);
    if (!own || own.workspaceId !== move.workspaceId)
      throw new ProtocolError('out-of-step', 'Join the workspace first.');
    if (move.cursor && move.cursor.path !== move.path)
      throw new ProtocolError('invalid', 'A cursor stands in the file in front of its person.');
    if (move.count <= own.presence.count) return;
    const { count, path, cursor, idle } = move;
    own.presence = { ...own.presence, count, path, cursor, idle };
    this.#tellSoon(connectionId);
    this.#unstored.add(connectionId);
    this.#storeSoon();
  }

  /** Takes a connection out and tells it at once. */
  async leave(connectionId: string): Promise<void> {
    const own = this.#own.get(connectionId);
    if (!own) return;
    const { workspaceId, account } = own;
    this.#own.delete(connectionId);
    this.#unstored.delete(connectionId);
    this.#untold.delete(connectionId);
    this.#tell({ workspaceId, upserted: [], removed: [connectionId] });
    if (own.watching) this.feed.unwatch(workspaceId);
    if (![...this.#own.values()].some((each) => each.workspaceId === workspaceId)) {
      this.#rooms.get(workspaceId)?.close();
      this.#rooms.delete(workspaceId);
    }
    if (this.#stopped) return;
    this.#settleLater(workspaceId, account.id);
    // A write under way would put the row back after its removal.
    await this.#storing;
    await this.#guard(this.rows.remove(connectionId), 'a presence row stays until it is swept');
  }

  /** Own connections and whose they are, for asking again whether they may be here. */
  connections(): { connectionId: string; workspaceId: string; account: Account }[] {
    return [...this.#own].map(([connectionId, { workspaceId, account }]) => ({
      connectionId,
      workspaceId,
      account,
    }));
  }

  async #enterRoom(workspaceId: string): Promise<void> {
    let room = this.#rooms.get(workspaceId);
    if (!room) {
      room = new PresenceRoom({
        read: () => this.rows.list(workspaceId),
        changed: (upserted, removed) => {
          this.#tell({ workspaceId, upserted, removed: removed.map((each) => each.connectionId) });
          // Their process may have died before it could say so.
          for (const each of removed) this.#settleLater(workspaceId, each.person.id);
        },
        ownStored: (stored) => {
          for (const [connectionId, own] of this.#own)
            if (own.workspaceId === workspaceId) this.#compareStored(own, stored.get(connectionId));
          this.#storeSoon();
        },
      });
      this.#rooms.set(workspaceId, room);
    }
    await room.loaded();
  }

  /** The row tells what its person is called now; where there is none it was lost. */
  #compareStored(own: Own, stored: Presence | undefined): void {
    const { connectionId, person } = own.presence;
    if (!stored) this.#unstored.add(connectionId);
    else if (stored.person.name !== person.name) {
      own.presence = { ...own.presence, person: stored.person };
      this.#tellSoon(connectionId);
    }
  }

  #tellSoon(connectionId: string): void {
    this.#untold.add(connectionId);
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => this.#tellUntold());
  }

  /** All that moved in one turn of the event loop at once, and what moves within the interval after it together. */
  #tellUntold(): void {
    this.#telling = this.#untold.size > 0;
    if (!this.#telling) return;
    const byWorkspace = new Map<string, Presence[]>();
    for (const id of this.#untold) {
      const own = this.#own.get(id);
      if (!own) continue;
      const moved = byWorkspace.get(own.workspaceId);
      if (moved) moved.push(own.presence);
      else byWorkspace.set(own.workspaceId, [own.presence]);
    }
    this.#untold.clear();
    for (const [workspaceId, upserted] of byWorkspace) this.#tell({ workspaceId, upserted, removed: [] });
    setTimeout(() => this.#tellUntold(), TELL_INTERVAL_MS);
  }

  #tell(change: PresenceChange): void {
    if (change.upserted.length + change.removed.length === 0) return;
    for (const listener of this.#listeners) listener(change);
  }

  #storeSoon(): void {
    if (this.#storeTimer || this.#storing || this.#stopped || this.#unstored.size === 0) return;
    this.#storeTimer = setTimeout(() => {
      this.#storeTimer = undefined;
      this.#storing = this.#store().finally(() => {
        this.#storing = undefined;
        this.#storeSoon();
      });
    }, STORE_MS);
  }

  async #store(): Promise<void> {
    const taken = [...this.#unstored];
    this.#unstored.clear();
    const own = taken.map((id) => this.#own.get(id)).filter((each) => each !== undefined);
    // What fails here is written by the next heartbeat.
    await this.#guard(this.rows.upsert(own), 'presence could not be stored');
  }

  async #sweep(): Promise<void> {
    for (const { workspaceId, userId } of await this.rows.sweep()) this.#settleLater(workspaceId, userId);
  }

  #settleLater(workspaceId: string, userId: string): void {
    this.#later(GRACE_MS, () => this.#settle(workspaceId, userId));
  }

  async #settle(workspaceId: string, userId: string): Promise<void> {
    await this.database.transaction((transaction) =>
      this.events.tellPresence(transaction, workspaceId, userId, (inside) =>
        this.rows.isPresent(inside, workspaceId, userId),
      ),
    );
  }

  async #settleAll(): Promise<void> {
    for (const { workspaceId, userId } of await this.events.allSaidPresent())
      await this.#settle(workspaceId, userId);
  }

  #later(delayMs: number, run: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#guard(run(), 'who came and went could not be told');
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }

  async #guard(work: Promise<unknown>, message: string): Promise<void> {
    try {
      await work;
    } catch (error) {
      log.warn({ err: error }, message);
    }
  }
}

const connectionEnded = () => new ProtocolError('unavailable', 'The connection ended while it was joining.');
