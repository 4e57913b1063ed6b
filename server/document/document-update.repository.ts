import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { documentClients, documents, documentSnapshots, documentUpdates } from '../../db/schema/document.js';
import { DatabaseConnection } from '../platform/database.js';
import type { StoredActor } from '../platform/actor.js';
import type { HistoryRow } from './document-history.js';
import type { DocumentRecord } from './document.repository.js';

export type StoredUpdate = {
  seq: number;
  generation: number;
  bytes: Uint8Array;
  actor: string;
  processId: string;
};
export type StoredDocument = {
  record: DocumentRecord;
  snapshot: { seq: number; bytes: Uint8Array } | null;
  updates: StoredUpdate[];
};

/** Of rows that come from no process's own sockets. */
const NO_PROCESS = '00000000-0000-0000-0000-000000000000';
/** Notices longer than PostgreSQL's 8,000 bytes would roll the whole transaction back (DOC4). */
const NOTICE_MAX_IDS = 150;

/** The rows and snapshots of documents. What people type is appended by DocumentAppender, which alone takes sequence numbers in bulk. */
@Injectable()
export class DocumentUpdateRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * One row, by a client that nobody had before, in somebody's transaction,
   * which has the document locked. No process takes it for its own: all of
   * them read it once they are told.
   */
  async append(
    transaction: Transaction,
    row: {
      documentId: string;
      generation: number;
      clientId: number;
      bytes: Uint8Array;
      actor: StoredActor;
      author?: StoredActor;
    },
  ): Promise<number> {
    const { documentId, generation, clientId, bytes, actor, author = actor } = row;
    const [taken] = await transaction
      .update(documents)
      .set({ nextSeq: sql`${documents.nextSeq} + 1` })
      .where(and(eq(documents.id, documentId), eq(documents.generation, generation)))
      .returning({ nextSeq: documents.nextSeq });
    if (!taken) throw new Error(`document ${documentId} is not of generation ${generation} any more`);
    const seq = taken.nextSeq - 1;
    await transaction
      .insert(documentUpdates)
      .values({ documentId, seq, generation, bytes, actor, processId: NO_PROCESS });
    await transaction.insert(documentClients).values({ documentId, clientId, actor: author });
    return seq;
  }

  /** Wakes every process that has one of these, when the transaction commits (DOC4). */
  async tell(transaction: Transaction, documentIds: readonly string[]): Promise<void> {
    if (documentIds.length === 0) return;
    const ids = documentIds.length > NOTICE_MAX_IDS ? '*' : documentIds.join(',');
    await transaction.execute(sql`SELECT pg_notify('perch_document', ${`${NO_PROCESS} ${ids}`})`);
  }

  /** The record, its snapshot and the rows after it, as of one moment. @param locking has it locked */
  load(documentId: string, locking?: Transaction): Promise<StoredDocument | undefined> {
    if (locking) return this.#load(locking, documentId);
    return this.connection.database.transaction((transaction) => this.#load(transaction, documentId), {
      isolationLevel: 'repeatable read',
      accessMode: 'read only',
    });
  }

  async #load(transaction: Transaction, documentId: string): Promise<StoredDocument | undefined> {
    const [record] = await transaction.select().from(documents).where(eq(documents.id, documentId));
    if (!record) return undefined;
    const [found] = await transaction
      .select()
      .from(documentSnapshots)
      .where(eq(documentSnapshots.documentId, documentId));
    const snapshot = found && found.generation === record.generation ? found : null;
    const updates = await this.#updates(transaction, record, snapshot?.seq ?? 0);
    return { record, snapshot, updates };
  }

  /** Rows of the current generation after a number, without their process: the history authorship is derived from. */
  rowsAfter(record: DocumentRecord, seq: number, limit: number): Promise<HistoryRow[]> {
    return this.connection.database
      .select({
        seq: documentUpdates.seq,
        bytes: documentUpdates.bytes,
        actor: documentUpdates.actor,
        at: documentUpdates.createdAt,
      })
      .from(documentUpdates)
      .where(
        and(
          eq(documentUpdates.documentId, record.id),
          eq(documentUpdates.generation, record.generation),
          gt(documentUpdates.seq, seq),
        ),
      )
      .orderBy(asc(documentUpdates.seq))
      .limit(limit);
  }

  /** Which generation a row is of. */
  async generationOf(documentId: string, seq: number): Promise<number> {
    const [row] = await this.connection.database
      .select({ generation: documentUpdates.generation })
      .from(documentUpdates)
      .where(and(eq(documentUpdates.documentId, documentId), eq(documentUpdates.seq, seq)));
    if (!row) throw new Error(`document ${documentId} has no row ${seq}`);
    return row.generation;
  }

  /** Rows of one generation: what a client of an older one is rebased from. */
  async generation(documentId: string, generation: number): Promise<Uint8Array[]> {
    const rows = await this.connection.database
      .select({ bytes: documentUpdates.bytes })
      .from(documentUpdates)
      .where(and(eq(documentUpdates.documentId, documentId), eq(documentUpdates.generation, generation)))
      .orderBy(asc(documentUpdates.seq));
    return rows.map((row) => row.bytes);
  }

  /** Rows after each document's cursor, in order, of all processes. */
  async after(
    cursors: readonly { documentId: string; seq: number }[],
  ): Promise<(StoredUpdate & { documentId: string })[]> {
    if (cursors.length === 0) return [];
    const { rows } = await this.connection.pool.query<{
      documentId: string;
      seq: string;
      generation: number;
      bytes: Buffer;
      actor: string;
      processId: string;
    }>({
      name: 'document-updates-after',
      text: `SELECT u.document_id AS "documentId", u.seq, u.generation, u.bytes, u.actor, u.process_id AS "processId"
        FROM unnest($1::uuid[], $2::bigint[]) AS c(document_id, seq)
        JOIN document_updates u ON u.document_id = c.document_id AND u.seq > c.seq
        ORDER BY u.document_id, u.seq`,
      values: [cursors.map((cursor) => cursor.documentId), cursors.map((cursor) => cursor.seq)],
    });
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  /** Stores the state up to `seq` unless a newer snapshot is there, under the document's row lock (DOC6). */
  async snapshot(documentId: string, generation: number, seq: number, bytes: Uint8Array): Promise<void> {
    await this.connection.transaction(async (transaction) => {
      const [record] = await transaction
        .select({ generation: documents.generation })
        .from(documents)
        .where(eq(documents.id, documentId))
        .for('update');
      if (record?.generation !== generation) return;
      await transaction
        .insert(documentSnapshots)
        .values({ documentId, generation, seq, bytes })
        .onConflictDoUpdate({
          target: documentSnapshots.documentId,
          set: { generation, seq, bytes },
          setWhere: sql`(${documentSnapshots.generation}, ${documentSnapshots.seq}) < (${generation}::int, ${seq}::bigint)`,
        });
    });
  }

  #updates(transaction: Transaction, record: DocumentRecord, afterSeq: number): Promise<StoredUpdate[]> {
    return transaction
      .select({
        seq: documentUpdates.seq,
        generation: documentUpdates.generation,
        bytes: documentUpdates.bytes,
        actor: documentUpdates.actor,
        processId: documentUpdates.processId,
      })
      .from(documentUpdates)
      .where(
        and(
          eq(documentUpdates.documentId, record.id),
          eq(documentUpdates.generation, record.generation),
          gt(documentUpdates.seq, afterSeq),
        ),
      )
      .orderBy(asc(documentUpdates.seq));
  }
}
