import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { processId } from '../platform/server-process.js';
import { ProtocolError } from '../protocol/error.js';
import type { StoredActor } from '../platform/actor.js';
import { DocumentRoom } from './document-room.js';
import { DocumentClientRepository } from './document-client.repository.js';
import { DocumentUpdateRepository } from './document-update.repository.js';

/** What the sockets of this process are told of a document. */
export type DocumentNews =
  | { kind: 'updated'; documentId: string; generation: number; update: Uint8Array }
  | { kind: 'reset'; documentId: string; reason: 'replaced' | 'deleted' }
  | { kind: 'storing'; documentId: string; failing: boolean };

/** Rows after the last snapshot from which a new one is worth making. */
const SNAPSHOT_ROWS = 200;

/**
 * The documents that this process has loaded. A room is loaded by its first
 * holder and dropped after its last, once all is stored (DOC7). What other
 * processes store is read on each wake-up (DOC4). Guarantee: after `catchUp`
 * a room shows no less than what was committed when it was called.
 */
@Injectable()
export class DocumentRooms implements OnApplicationBootstrap {
  readonly #rooms = new Map<string, Promise<DocumentRoom>>();
  readonly #loaded = new Map<string, DocumentRoom>();
  readonly #listeners = new Set<(news: DocumentNews) => void>();
  #catchingUp: Promise<void> | undefined;
  #nextCatchUp: Promise<void> | undefined;

  constructor(
    private readonly updates: DocumentUpdateRepository,
    private readonly clients: DocumentClientRepository,
    private readonly listener: NotificationListener,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen('perch_document', (payload) => {
      const [origin, ids = '*'] = payload?.split(' ') ?? [];
      if (origin === processId) return;
      if (payload === null || ids === '*' || ids.split(',').some((id) => this.#loaded.has(id)))
        void this.catchUp();
    });
  }

  get openCount(): number {
    return this.#loaded.size;
  }

  /** The room of a document, as long as it is loaded. */
  get(documentId: string): DocumentRoom | undefined {
    return this.#loaded.get(documentId);
  }

  all(): DocumentRoom[] {
    return [...this.#loaded.values()];
  }

  subscribe(listener: (news: DocumentNews) => void): void {
    this.#listeners.add(listener);
  }

  tell(news: DocumentNews): void {
    for (const listener of this.#listeners) listener(news);
  }

  /** @throws {ProtocolError} `not-found` */
  async hold(documentId: string, holder: string | symbol): Promise<DocumentRoom> {
    for (;;) {
      let loading = this.#rooms.get(documentId);
      if (!loading) {
        loading = this.#load(documentId);
        this.#rooms.set(documentId, loading);
      }
      const room = await loading;
      // It may have been dropped between its loading and this line.
      if (this.#loaded.get(documentId) !== room) continue;
      room.holders.add(holder);
      return room;
    }
  }

  leave(room: DocumentRoom, holder: string | symbol): void {
    room.holders.delete(holder);
    this.unloadIfIdle(room);
  }

  /** Holds a document for work of the server's own, with all that is stored until now. */
  async use<Result>(documentId: string, work: (room: DocumentRoom) => Promise<Result>): Promise<Result> {
    const holder = Symbol('server');
    const room = await this.hold(documentId, holder);
    try {
      await room.lastAppend;
      await this.catchUp();
      if (this.#loaded.get(documentId) !== room) return await this.use(documentId, work);
      return await work(room);
    } finally {
      this.leave(room, holder);
    }
  }

  unloadIfIdle(room: DocumentRoom): void {
    if (room.holders.size > 0 || room.pending > 0 || this.#loaded.get(room.documentId) !== room) return;
    this.#forget(room);
    if (room.seq - room.snapshotSeq < SNAPSHOT_ROWS) return;
    this.updates
      .snapshot(room.documentId, room.generation, room.seq, room.encode())
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a snapshot could not be stored; the rows are there');
      });
  }

  /** It is not what is stored any more: everybody joins another one. */
  replaced(room: DocumentRoom): void {
    this.#forget(room);
    this.tell({ kind: 'reset', documentId: room.documentId, reason: 'replaced' });
  }

  /** Reads what other processes have stored until now: one at a time, and for whoever asks meanwhile one more. */
  catchUp(): Promise<void> {
    if (this.#catchingUp) {
      this.#nextCatchUp ??= this.#catchingUp.then(() => {
        this.#nextCatchUp = undefined;
        return this.catchUp();
      });
      return this.#nextCatchUp;
    }
    this.#catchingUp = this.#readOthers().finally(() => (this.#catchingUp = undefined));
    return this.#catchingUp;
  }

  /** A number that is somebody else's is nobody's to claim (DOC9). */
  async register(room: DocumentRoom, clientIds: readonly number[], actor: StoredActor): Promise<void> {
    const unknown = [...new Set(clientIds)].filter((clientId) => room.clients.get(clientId) !== actor);
    if (unknown.length === 0) return;
    if (!(await this.clients.register(room.documentId, unknown, actor))) {
      throw new ProtocolError('conflict', 'This editor’s number is taken; reload the page.');
    }
    for (const clientId of unknown) room.clients.set(clientId, actor);
  }

  async #readOthers(): Promise<void> {
    try {
      const cursors = this.all().map((room) => ({ documentId: room.documentId, seq: room.seq }));
      for (const row of await this.updates.after(cursors)) {
        const room = this.#loaded.get(row.documentId);
        if (!room) continue;
        if (row.generation !== room.generation) this.replaced(room);
        else if (room.store(row) === 'stored' && row.processId !== processId) {
          this.tell({
            kind: 'updated',
            documentId: row.documentId,
            generation: row.generation,
            update: row.bytes,
          });
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'other processes’ edits cannot be read now; tried again');
    }
  }

  async #load(documentId: string): Promise<DocumentRoom> {
    try {
      const stored = await this.updates.load(documentId);
      if (!stored) throw new ProtocolError('not-found', 'This file is not there any more.');
      const room = new DocumentRoom(stored, await this.clients.of(documentId));
      this.#loaded.set(documentId, room);
      return room;
    } catch (error) {
      this.#rooms.delete(documentId);
      throw error;
    }
  }

  #forget(room: DocumentRoom): void {
    if (this.#loaded.get(room.documentId) !== room) return;
    this.#loaded.delete(room.documentId);
    this.#rooms.delete(room.documentId);
  }
}
