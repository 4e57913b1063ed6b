import { Injectable } from '@nestjs/common';
import * as Y from 'yjs';
import type { Transaction } from '../../db/client.js';
import type { StoredActor } from '../platform/actor.js';
import { DocumentRoom } from './document-room.js';
import { editUpdate, newClientId, seedUpdate } from './document-seed.js';
import { DocumentUpdateRepository } from './document-update.repository.js';
import { DocumentRepository, type DocumentRecord } from './document.repository.js';

/** A document as the database has it: what is durable, up to a row. */
export type StoredText = { record: DocumentRecord; document: Y.Doc; text: string; seq: number };

/** An edit that is stored in somebody's transaction. */
export type StoredEdit = {
  documentId: string;
  generation: number;
  /** The Yjs client it was made by: nobody else's before. */
  clientId: number;
  bytes: Uint8Array;
  actor: StoredActor;
  /** Whose text it brings, where that is somebody else's. */
  author?: StoredActor;
};

/**
 * Documents for work that changes several of them together with what lies
 * around them. An edit is an ordinary row: when the transaction commits, every
 * process that has the document, this one too, hears of it and shows it.
 */
@Injectable()
export class StoredDocumentService {
  constructor(
    private readonly documents: DocumentRepository,
    private readonly updates: DocumentUpdateRepository,
  ) {}

  /** Nobody has to have it open. With a transaction that has locked it, it stays so. */
  async read(documentId: string, transaction?: Transaction): Promise<StoredText | null> {
    const stored = await this.updates.load(documentId, transaction);
    if (!stored) return null;
    const room = new DocumentRoom(stored, new Map());
    return {
      record: stored.record,
      document: room.document(),
      text: room.text().toString(),
      seq: room.seq,
    };
  }

  /** Nothing is appended to these until the transaction ends. */
  lock(transaction: Transaction, documentIds: readonly string[]): Promise<DocumentRecord[]> {
    return this.documents.lockAll(transaction, documentIds);
  }

  listed(transaction: Transaction, workspaceId: string): Promise<DocumentRecord[]> {
    return this.documents.list(workspaceId, transaction);
  }

  /** @returns the row's number */
  append(transaction: Transaction, edit: StoredEdit): Promise<number> {
    return this.updates.append(transaction, edit);
  }

  /**
   * Turns a text into another by a forward edit, locking it.
   * @returns the row and what it said before; no row where it said so already
   */
  async changeText(
    transaction: Transaction,
    documentId: string,
    change: (text: string) => string,
    actor: StoredActor,
  ): Promise<{ seq: number | null; before: string }> {
    await this.lock(transaction, [documentId]);
    const stored = await this.read(documentId, transaction);
    if (!stored) throw new Error(`document ${documentId} is not there`);
    const clientId = newClientId();
    const edit = editUpdate(Y.encodeStateAsUpdate(stored.document), change, clientId);
    if (!edit) return { seq: null, before: stored.text };
    const { generation } = stored.record;
    const { bytes } = edit;
    const seq = await this.append(transaction, { documentId, generation, clientId, bytes, actor });
    await this.tell(transaction, [documentId]);
    return { seq, before: stored.text };
  }

  /** Wakes everybody who has these open, once the transaction commits. */
  tell(transaction: Transaction, documentIds: readonly string[]): Promise<void> {
    return this.updates.tell(transaction, documentIds);
  }

  update(
    transaction: Transaction,
    documentId: string,
    set: Partial<
      Pick<
        DocumentRecord,
        'path' | 'deletedAt' | 'mode' | 'lineEnding' | 'byteOrderMark' | 'objectId' | 'baseSha' | 'cleanSeq'
      >
    >,
  ): Promise<void> {
    return this.documents.update(transaction, documentId, set);
  }

  /** Seeds a document at a path that has none. */
  async seed(
    transaction: Transaction,
    values: Pick<
      DocumentRecord,
      'workspaceId' | 'path' | 'baseSha' | 'mode' | 'lineEnding' | 'byteOrderMark' | 'cleanSeq'
    >,
    text: string,
    actor: StoredActor,
  ): Promise<DocumentRecord | undefined> {
    return this.documents.insert(transaction, values, { ...seedUpdate(text), actor });
  }
}
