import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import * as Y from 'yjs';
import type { Transaction } from '../../db/client.js';
import { DatabaseConnection } from '../platform/database.js';
import { gitActor, personActor, type StoredActor } from '../platform/actor.js';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { processId } from '../platform/server-process.js';
import type { DocumentJoin, DocumentState } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { changeAuthors } from './document-authors.js';
import { DocumentAppender } from './document-appender.js';
import { DocumentRoom } from './document-room.js';
import { editUpdate, newClientId, seedUpdate } from './document-seed.js';
import { DocumentRepository, type DocumentRecord } from './document.repository.js';
import { GitAttributesService } from './git-attributes.service.js';
import { decodeTextFile } from './text-file.js';
import { readUpdateHeader } from './update-header.js';

/** What the sockets of this process are told of a document. */
export type DocumentNews =
  | { kind: 'updated'; documentId: string; generation: number; update: Uint8Array }
  | { kind: 'reset'; documentId: string; reason: 'replaced' | 'deleted' }
  | { kind: 'storing'; documentId: string; failing: boolean };

/** How a document's text becomes bytes. */
export type DocumentStyle = Pick<DocumentRecord, 'lineEnding' | 'byteOrderMark' | 'objectId'>;

export type DocumentEdited = { workspaceId: string; documentId: string; actor: StoredActor };

/** Rows after the last snapshot from which a new one is worth making. */
const SNAPSHOT_ROWS = 200;
const DRAIN_MS = 10_000;
/** The next number of a document that has its seed alone. */
const SEEDED = 2;

/**
 * The live documents of this process (DOC1-DOC9). A room is loaded by its
 * first holder and dropped after its last, once all is stored. Guarantee: an
 * acknowledged update is committed, and a room never shows less than what
 * was committed when its holder came in.
 */
@Injectable()
export class DocumentService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rooms = new Map<string, Promise<DocumentRoom>>();
  readonly #loaded = new Map<string, DocumentRoom>();
  readonly #appender: DocumentAppender;
  readonly #listeners = new Set<(news: DocumentNews) => void>();
  readonly #editListeners = new Set<(edit: DocumentEdited) => void>();
  #catchingUp: Promise<void> | undefined;
  #nextCatchUp: Promise<void> | undefined;

  constructor(
    private readonly repository: DocumentRepository,
    private readonly workspaces: WorkspaceService,
    private readonly attributes: GitAttributesService,
    private readonly listener: NotificationListener,
    connection: DatabaseConnection,
  ) {
    this.#appender = new DocumentAppender(connection.url, (failing) => {
      for (const documentId of this.#loaded.keys()) this.#tell({ kind: 'storing', documentId, failing });
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen('perch_document', (payload) => {
      const [origin, ids = '*'] = payload?.split(' ') ?? [];
      if (origin === processId) return;
      if (payload === null || ids === '*' || ids.split(',').some((id) => this.#loaded.has(id)))
        void this.catchUp();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#appender.stop(DRAIN_MS);
  }

  get openCount(): number {
    return this.#loaded.size;
  }

  get waitingBytes(): number {
    return this.#appender.waitingBytes;
  }

  /** Settled when all that was taken so far is stored, or is known not to be. */
  async settled(): Promise<void> {
    await Promise.all([...this.#loaded.values()].map((room) => room.lastAppend));
  }

  subscribe(listener: (news: DocumentNews) => void): void {
    this.#listeners.add(listener);
  }

  /** Hears of every update stored by this process. */
  onEdited(listener: (edit: DocumentEdited) => void): void {
    this.#editListeners.add(listener);
  }

  /**
   * Takes a client into the document of a path. `enter` runs before its state
   * is read: what is shown from then on reaches the client itself.
   *
   * @returns `snapshot` comes before the state's own updates; many who join get the same bytes
   */
  async join(
    account: Account,
    body: DocumentJoin,
    holder: string,
    enter: (documentId: string) => void,
  ): Promise<{ state: DocumentState; snapshot: Uint8Array | null }> {
    const access = await this.workspaces.require(account, body.workspaceId, 'read');
    const opened = await this.#find(access, body.path);
    if (opened.kind === 'not-text') return { state: opened, snapshot: null };
    const { id } = opened.record;
    const writable = access.role !== 'read';
    const room = await this.#hold(id, holder);
    try {
      if (writable)
        await this.#register(
          room,
          [body.clientId, ...(body.earlierClientIds ?? [])],
          personActor(account.id),
        );
      enter(id);
      if (this.#appender.failing)
        throw new ProtocolError(
          'unavailable',
          'Perch cannot reach its database; it is tried again. Your edits are kept on your device.',
        );
      await room.lastAppend;
      await this.catchUp();
      // Replaced, and only now heard of: its new generation is loaded.
      if (this.#loaded.get(id) !== room) return await this.join(account, body, holder, enter);
      const { known } = body;
      const same = known?.documentId === id && known.generation === room.generation;
      const { snapshot, rows } = same
        ? { snapshot: null, rows: [room.encode(known.stateVector)] }
        : room.whole();
      const state: DocumentState = {
        kind: 'live',
        documentId: id,
        generation: room.generation,
        updates: [...rows],
        hasSnapshot: snapshot !== null,
        stateVector: room.stateVector(),
        writable,
      };
      if (known && !same)
        state.previous = await this.#previous(access.workspaceId, known.documentId, known.generation);
      return { state, snapshot };
    } catch (error) {
      this.leave(id, holder);
      throw error;
    }
  }

  /** Whether this holder's pushes can be taken: it is in, and the document is of this generation. */
  room(documentId: string, generation: number, holder: string): DocumentRoom {
    const room = this.#loaded.get(documentId);
    if (!room?.holders.has(holder) || room.generation !== generation) {
      throw new ProtocolError('out-of-step', 'This file has to be joined again before it is edited.');
    }
    return room;
  }

  /**
   * Takes an update in: checked, then shown by `show` at once, then stored.
   *
   * @returns its sequence number, when it is committed
   */
  async push(room: DocumentRoom, update: Uint8Array, actor: StoredActor, show: () => void): Promise<number> {
    const header = readUpdateHeader(update);
    if (header.from.size === 0 && !header.deletes) return room.seq;
    // Before it is accepted: what comes after it would count on it.
    this.#appender.requireSpace(update);
    room.accept(header, update.byteLength);
    show();
    const stored = this.#appender.append({
      documentId: room.documentId,
      generation: room.generation,
      bytes: update,
      actor,
    });
    room.lastAppend = stored.then(
      () => undefined,
      () => undefined,
    );
    room.pending++;
    try {
      const seq = await stored;
      if (room.store({ seq, bytes: update }, header) === 'behind') void this.catchUp();
      for (const listener of this.#editListeners)
        listener({ workspaceId: room.workspaceId, documentId: room.documentId, actor });
      return seq;
    } catch (error) {
      // The room counts on an update that is not stored: everybody joins another one.
      if (error instanceof ProtocolError && error.code === 'out-of-step') this.#replaced(room);
      throw error;
    } finally {
      room.pending--;
      this.#unloadIfIdle(room);
    }
  }

  leave(documentId: string, holder: string): void {
    const room = this.#loaded.get(documentId);
    if (!room) return;
    room.holders.delete(holder);
    this.#unloadIfIdle(room);
  }

  list(workspaceId: string): Promise<DocumentRecord[]> {
    return this.repository.list(workspaceId);
  }

  /** The document of a path, where its text may be another than the base's. */
  async changedAt(workspaceId: string, path: string): Promise<DocumentRecord | undefined> {
    const record = await this.repository.findByPath(workspaceId, path);
    return record && record.nextSeq - 1 > record.cleanSeq ? record : undefined;
  }

  /** The durable text now, and the number of the last row it includes. */
  read(documentId: string): Promise<{ text: string; seq: number }> {
    return this.#withRoom(documentId, (room) =>
      Promise.resolve({ text: room.text().toString(), seq: room.seq }),
    );
  }

  /** @throws {ProtocolError} `not-text`, `not-found`, `unavailable` */
  async open(access: WorkspaceAccess, path: string): Promise<DocumentRecord> {
    const found = await this.#find(access, path);
    if (found.kind === 'live') return found.record;
    throw new ProtocolError('not-text', `${path} is not a text file Perch can edit.`);
  }

  /** @throws {ProtocolError} `conflict` where the path has a document */
  async create(
    transaction: Transaction,
    access: WorkspaceAccess,
    path: string,
    text: string,
    actor: StoredActor,
    style: Partial<
      Pick<DocumentRecord, 'baseSha' | 'mode' | 'lineEnding' | 'byteOrderMark' | 'objectId' | 'cleanSeq'>
    > = {},
  ): Promise<DocumentRecord> {
    const record = await this.repository.insert(
      transaction,
      { workspaceId: access.workspaceId, path, ...style },
      { ...seedUpdate(text), actor },
    );
    if (!record) throw new ProtocolError('conflict', `${path} is there already. Nothing was changed.`);
    return record;
  }

  /** Turns the durable text into `text` by a forward edit on somebody's behalf, shown to all. */
  replaceText(
    documentId: string,
    text: string,
    actor: StoredActor,
  ): Promise<{ seq: number; before: string }> {
    return this.changeText(documentId, () => text, actor);
  }

  /** The same, of the text as it is in that moment. */
  changeText(
    documentId: string,
    change: (text: string, document: Y.Doc) => string,
    actor: StoredActor,
  ): Promise<{ seq: number; before: string }> {
    return this.#withRoom(documentId, async (room) => {
      const clientId = newClientId();
      await this.#register(room, [clientId], actor);
      const edit = editUpdate(room.encode(), change, clientId);
      if (!edit) return { seq: room.seq, before: room.text().toString() };
      const seq = await this.push(room, edit.bytes, actor, () =>
        this.#tell({ kind: 'updated', documentId, generation: room.generation, update: edit.bytes }),
      );
      return { seq, before: edit.before };
    });
  }

  /** Ids of the people whose changes against `baseText` survive (DOC9). */
  async authors(documentId: string, baseText: string): Promise<string[]> {
    const [history, clients] = await Promise.all([
      this.repository.history(documentId),
      this.repository.clients(documentId),
    ]);
    return history ? changeAuthors(history, clients, baseText) : [];
  }

  /** Whether anything was stored of it since it was made. Nothing is until the transaction ends. */
  async isEdited(transaction: Transaction, documentId: string): Promise<boolean> {
    return (await this.repository.lock(transaction, documentId)) > SEEDED;
  }

  move(transaction: Transaction, documentId: string, path: string): Promise<void> {
    return this.repository.update(transaction, documentId, { path });
  }

  remove(transaction: Transaction, documentId: string): Promise<void> {
    return this.repository.update(transaction, documentId, { deletedAt: new Date() });
  }

  restore(transaction: Transaction, documentId: string, path: string): Promise<void> {
    return this.repository.update(transaction, documentId, { deletedAt: null, path });
  }

  /** Its bytes may differ from the base's from now on, though its text does not. */
  restyle(
    transaction: Transaction,
    documentId: string,
    { lineEnding, byteOrderMark, objectId }: DocumentStyle,
  ): Promise<void> {
    const style = { lineEnding, byteOrderMark, objectId };
    return this.repository.update(transaction, documentId, { ...style, cleanSeq: 0 });
  }

  /** The text as of `seq` is what the base commit has. */
  markClean(
    transaction: Transaction,
    documentId: string,
    seq: number,
    baseSha: string | null,
  ): Promise<void> {
    return this.repository.update(transaction, documentId, { cleanSeq: seq, baseSha, objectId: null });
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

  async #readOthers(): Promise<void> {
    try {
      const cursors = [...this.#loaded.values()].map((room) => ({
        documentId: room.documentId,
        seq: room.seq,
      }));
      for (const row of await this.repository.after(cursors)) {
        const room = this.#loaded.get(row.documentId);
        if (!room) continue;
        if (row.generation !== room.generation) this.#replaced(room);
        else if (room.store(row) === 'stored' && row.processId !== processId) {
          this.#tell({
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

  #replaced(room: DocumentRoom): void {
    this.#forget(room);
    this.#tell({ kind: 'reset', documentId: room.documentId, reason: 'replaced' });
  }

  async #find(
    access: WorkspaceAccess,
    path: string,
  ): Promise<{ kind: 'live'; record: DocumentRecord } | Extract<DocumentState, { kind: 'not-text' }>> {
    const found = await this.repository.findByPath(access.workspaceId, path);
    if (found) return { kind: 'live', record: found };
    const object = await this.repository.objectAt(access.workspaceId, path);
    if (object) {
      const { reason, size, sha } = object;
      return { kind: 'not-text', reason: reason ?? 'binary', size, sha: sha ?? undefined };
    }
    const source = await this.repository.basePath(access.workspaceId, path);
    const base = source === null ? null : await this.workspaces.readBase(access.workspaceId, source);
    if (!base || source === null)
      throw new ProtocolError('not-found', `${path} is not in this branch any more.`);
    if (base.mode === '120000') {
      return {
        kind: 'not-text',
        reason: 'symlink',
        size: base.size,
        target: new TextDecoder().decode(base.bytes),
      };
    }
    if (base.mode === '160000') return { kind: 'not-text', reason: 'submodule', size: 0 };
    const decoded = decodeTextFile(base.bytes);
    if (decoded.kind === 'not-text')
      return { kind: 'not-text', reason: decoded.reason, size: base.size, sha: base.sha };
    if ((await this.attributes.of(access.workspaceId, path)).binary)
      return { kind: 'not-text', reason: 'binary', size: base.size, sha: base.sha };
    const record = await this.repository.seed(
      {
        workspaceId: access.workspaceId,
        path,
        baseSha: base.sha,
        mode: base.mode,
        lineEnding: decoded.lineEnding,
        byteOrderMark: decoded.byteOrderMark,
        cleanSeq: 1,
      },
      { ...seedUpdate(decoded.text), actor: gitActor(base.sha) },
      { commit: base.commit, path: source },
    );
    return { kind: 'live', record };
  }

  /** A number that is somebody else's is nobody's to claim (DOC9). */
  async #register(room: DocumentRoom, clientIds: readonly number[], actor: StoredActor): Promise<void> {
    const unknown = [...new Set(clientIds)].filter((clientId) => room.clients.get(clientId) !== actor);
    if (unknown.length === 0) return;
    if (!(await this.repository.registerClients(room.documentId, unknown, actor))) {
      throw new ProtocolError('conflict', 'This editor’s number is taken; reload the page.');
    }
    for (const clientId of unknown) room.clients.set(clientId, actor);
  }

  async #previous(
    workspaceId: string,
    documentId: string,
    generation: number,
  ): Promise<Uint8Array | undefined> {
    const record = await this.repository.find(documentId);
    if (record?.workspaceId !== workspaceId) return undefined;
    return Y.mergeUpdates(await this.repository.generation(documentId, generation));
  }

  async #withRoom<Result>(documentId: string, use: (room: DocumentRoom) => Promise<Result>): Promise<Result> {
    const holder = Symbol('server');
    const room = await this.#hold(documentId, holder);
    try {
      await room.lastAppend;
      await this.catchUp();
      if (this.#loaded.get(documentId) !== room) return await this.#withRoom(documentId, use);
      return await use(room);
    } finally {
      room.holders.delete(holder);
      this.#unloadIfIdle(room);
    }
  }

  async #hold(documentId: string, holder: string | symbol): Promise<DocumentRoom> {
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

  async #load(documentId: string): Promise<DocumentRoom> {
    try {
      const stored = await this.repository.load(documentId);
      if (!stored) throw new ProtocolError('not-found', 'This file is not there any more.');
      const room = new DocumentRoom(stored, await this.repository.clients(documentId));
      this.#loaded.set(documentId, room);
      return room;
    } catch (error) {
      this.#rooms.delete(documentId);
      throw error;
    }
  }

  #unloadIfIdle(room: DocumentRoom): void {
    if (room.holders.size > 0 || room.pending > 0 || this.#loaded.get(room.documentId) !== room) return;
    this.#forget(room);
    if (room.seq - room.snapshotSeq < SNAPSHOT_ROWS) return;
    this.repository
      .snapshot(room.documentId, room.generation, room.seq, room.encode())
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a snapshot could not be stored; the rows are there');
      });
  }

  #forget(room: DocumentRoom): void {
    if (this.#loaded.get(room.documentId) !== room) return;
    this.#loaded.delete(room.documentId);
    this.#rooms.delete(room.documentId);
  }

  #tell(news: DocumentNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}
