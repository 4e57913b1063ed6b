import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import * as Y from 'yjs';
import type { Transaction } from '../../db/client.js';
import { DatabaseConnection } from '../platform/database.js';
import { personActor, type StoredActor } from '../platform/actor.js';
import type { DocumentJoin, DocumentState } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { DocumentAppender } from './document-appender.js';
import { DocumentOpener } from './document-opener.js';
import type { DocumentRoom } from './document-room.js';
import { DocumentRooms, type DocumentNews } from './document-rooms.js';
import { editUpdate, newClientId, seedUpdate } from './document-seed.js';
import { DocumentUpdateRepository } from './document-update.repository.js';
import { DocumentRepository, type DocumentRecord } from './document.repository.js';
import { readUpdateHeader } from './update-header.js';

/** How a document's text becomes bytes. */
export type DocumentStyle = Pick<DocumentRecord, 'lineEnding' | 'byteOrderMark' | 'objectId'>;

/** An update that is stored: its row. */
export type DocumentEdited = { workspaceId: string; documentId: string; actor: StoredActor; seq: number };

const DRAIN_MS = 10_000;
/** The next number of a document that has its seed alone. */
const SEEDED = 2;

/**
 * The live documents of this process (DOC1-DOC9). Guarantee: an acknowledged
 * update is committed, and whoever joins is shown no less than what was
 * committed when he came in.
 */
@Injectable()
export class DocumentService implements BeforeApplicationShutdown {
  readonly #appender: DocumentAppender;
  readonly #editListeners = new Set<(edit: DocumentEdited) => void>();

  constructor(
    private readonly documents: DocumentRepository,
    private readonly updates: DocumentUpdateRepository,
    private readonly rooms: DocumentRooms,
    private readonly opener: DocumentOpener,
    private readonly workspaces: WorkspaceService,
    connection: DatabaseConnection,
  ) {
    this.#appender = new DocumentAppender(connection.url, (failing) => {
      for (const { documentId } of rooms.all()) rooms.tell({ kind: 'storing', documentId, failing });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#appender.stop(DRAIN_MS);
  }

  get openCount(): number {
    return this.rooms.openCount;
  }

  get waitingBytes(): number {
    return this.#appender.waitingBytes;
  }

  /** Settled when all that was taken so far is stored, or is known not to be. */
  async settled(): Promise<void> {
    await Promise.all(this.rooms.all().map((room) => room.lastAppend));
  }

  subscribe(listener: (news: DocumentNews) => void): void {
    this.rooms.subscribe(listener);
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
    const opened = await this.opener.find(access, body.path);
    if (opened.kind === 'not-text') return { state: opened, snapshot: null };
    const { id } = opened.record;
    const writable = access.role !== 'read';
    const room = await this.rooms.hold(id, holder);
    try {
      if (writable)
        await this.rooms.register(
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
      await this.rooms.catchUp();
      // Replaced, and only now heard of: its new generation is loaded.
      if (this.rooms.get(id) !== room) return await this.join(account, body, holder, enter);
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
    const room = this.rooms.get(documentId);
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
      if (room.store({ seq, bytes: update }, header) === 'behind') void this.rooms.catchUp();
      for (const listener of this.#editListeners)
        listener({ workspaceId: room.workspaceId, documentId: room.documentId, actor, seq });
      return seq;
    } catch (error) {
      // The room counts on an update that is not stored: everybody joins another one.
      if (error instanceof ProtocolError && error.code === 'out-of-step') this.rooms.replaced(room);
      throw error;
    } finally {
      room.pending--;
      this.rooms.unloadIfIdle(room);
    }
  }

  leave(documentId: string, holder: string): void {
    const room = this.rooms.get(documentId);
    if (room) this.rooms.leave(room, holder);
  }

  list(workspaceId: string): Promise<DocumentRecord[]> {
    return this.documents.list(workspaceId);
  }

  at(workspaceId: string, path: string): Promise<DocumentRecord | undefined> {
    return this.documents.findByPath(workspaceId, path);
  }

  /** The document of a path, where its text may be another than the base's. */
  async changedAt(workspaceId: string, path: string): Promise<DocumentRecord | undefined> {
    const record = await this.documents.findByPath(workspaceId, path);
    return record && record.nextSeq - 1 > record.cleanSeq ? record : undefined;
  }

  /** The durable text now, and the number of the last row it includes. */
  read(documentId: string): Promise<{ text: string; seq: number }> {
    return this.rooms.use(documentId, (room) =>
      Promise.resolve({ text: room.text().toString(), seq: room.seq }),
    );
  }

  /** @throws {ProtocolError} `not-text`, `not-found`, `unavailable` */
  async open(access: WorkspaceAccess, path: string): Promise<DocumentRecord> {
    const found = await this.opener.find(access, path);
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
    const record = await this.documents.insert(
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
    return this.rooms.use(documentId, async (room) => {
      const clientId = newClientId();
      await this.rooms.register(room, [clientId], actor);
      const edit = editUpdate(room.encode(), change, clientId);
      if (!edit) return { seq: room.seq, before: room.text().toString() };
      const seq = await this.push(room, edit.bytes, actor, () =>
        this.rooms.tell({ kind: 'updated', documentId, generation: room.generation, update: edit.bytes }),
      );
      return { seq, before: edit.before };
    });
  }

  /** Whether anything was stored of it since it was made. Nothing is until the transaction ends. */
  async isEdited(transaction: Transaction, documentId: string): Promise<boolean> {
    return (await this.documents.lock(transaction, documentId)) > SEEDED;
  }

  move(transaction: Transaction, documentId: string, path: string): Promise<void> {
    return this.documents.update(transaction, documentId, { path });
  }

  remove(transaction: Transaction, documentId: string): Promise<void> {
    return this.documents.update(transaction, documentId, { deletedAt: new Date() });
  }

  restore(transaction: Transaction, documentId: string, path: string): Promise<void> {
    return this.documents.update(transaction, documentId, { deletedAt: null, path });
  }

  /** Its bytes may differ from the base's from now on, though its text does not. */
  restyle(
    transaction: Transaction,
    documentId: string,
    { lineEnding, byteOrderMark, objectId }: DocumentStyle,
  ): Promise<void> {
    const style = { lineEnding, byteOrderMark, objectId };
    return this.documents.update(transaction, documentId, { ...style, cleanSeq: 0 });
  }

  /** The text as of `seq` is what the base commit has. */
  markClean(
    transaction: Transaction,
    documentId: string,
    seq: number,
    baseSha: string | null,
  ): Promise<void> {
    return this.documents.update(transaction, documentId, { cleanSeq: seq, baseSha, objectId: null });
  }

  async #previous(
    workspaceId: string,
    documentId: string,
    generation: number,
  ): Promise<Uint8Array | undefined> {
    const record = await this.documents.find(documentId);
    if (record?.workspaceId !== workspaceId) return undefined;
    return Y.mergeUpdates(await this.updates.generation(documentId, generation));
  }
}
