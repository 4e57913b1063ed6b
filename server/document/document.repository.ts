import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { documentClients, documents, documentSnapshots, documentUpdates } from '../../db/schema/document.js';
import { workspaceFiles } from '../../db/schema/file.js';
import { objects } from '../../db/schema/object.js';
import { workspaces } from '../../db/schema/workspace.js';
import { ProtocolError } from '../protocol/error.js';
import { batchLoader } from '../platform/batch-loader.js';
import { DatabaseConnection } from '../platform/database.js';
import type { StoredActor } from '../platform/actor.js';
import { processId } from '../platform/server-process.js';
import type { HistoryRow } from './document-history.js';

export type DocumentRecord = typeof documents.$inferSelect;
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

type Place = { workspaceId: string; path: string };
type Claim = { documentId: string; clientId: number; actor: StoredActor };
export type TextSource = { documentId: string } | { basePath: string };

/** Documents and their rows in PostgreSQL. Appends go through DocumentAppender, which alone takes sequence numbers in bulk. */
@Injectable()
export class DocumentRepository {
  readonly #documents = batchLoader((places: readonly Place[]) => this.#readAt(places));
  readonly #registrations = batchLoader((claims: readonly Claim[]) => this.#register(claims));
  readonly #byPath;

  constructor(private readonly connection: DatabaseConnection) {
    this.#byPath = connection.database
      .select({ document: documents })
      .from(documents)
      .innerJoin(
        sql`unnest(${sql.placeholder('workspaceIds')}::uuid[], ${sql.placeholder('paths')}::text[]) AS place (workspace_id, path)`,
        and(eq(documents.workspaceId, sql`place.workspace_id`), eq(documents.path, sql`place.path`)),
      )
      .where(isNull(documents.deletedAt))
      .prepare('documents_by_path');
  }

  async find(documentId: string): Promise<DocumentRecord | undefined> {
    const [record] = await this.connection.database
      .select()
      .from(documents)
      .where(eq(documents.id, documentId));
    return record;
  }

  async findByPath(
    workspaceId: string,
    path: string,
    transaction?: Transaction,
  ): Promise<DocumentRecord | undefined> {
    if (!transaction) return this.#documents.load({ workspaceId, path });
    const [record] = await transaction
      .select()
      .from(documents)
      .where(
        and(eq(documents.workspaceId, workspaceId), eq(documents.path, path), isNull(documents.deletedAt)),
      );
    return record;
  }

  async #readAt(places: readonly Place[]): Promise<(DocumentRecord | undefined)[]> {
    const distinct = [...new Map(places.map((place) => [keyOf(place), place])).values()];
    const rows = await this.#byPath.execute({
      workspaceIds: distinct.map((place) => place.workspaceId),
      paths: distinct.map((place) => place.path),
    });
    const byPlace = new Map(rows.map(({ document }) => [keyOf(document), document]));
    return places.map((place) => byPlace.get(keyOf(place)));
  }

  list(workspaceId: string, transaction: Transaction = this.connection.database): Promise<DocumentRecord[]> {
    return transaction
      .select()
      .from(documents)
      .where(and(eq(documents.workspaceId, workspaceId), isNull(documents.deletedAt)))
      .orderBy(asc(documents.path));
  }

  /**
   * Makes a document with its first update. Undefined where the path has one
   * already: two seeds would double the text (DOC1).
   */
  async insert(
    transaction: Transaction,
    values: typeof documents.$inferInsert,
    seed: { clientId: number; bytes: Uint8Array; actor: StoredActor },
  ): Promise<DocumentRecord | undefined> {
    const [record] = await transaction
      .insert(documents)
      .values({ ...values, nextSeq: 2 })
      .onConflictDoNothing()
      .returning();
    if (!record) return undefined;
    await transaction.insert(documentUpdates).values({
      documentId: record.id,
      seq: 1,
      generation: record.generation,
      bytes: seed.bytes,
      actor: seed.actor,
      processId,
    });
    await transaction
      .insert(documentClients)
      .values({ documentId: record.id, clientId: seed.clientId, actor: seed.actor });
    return record;
  }

  /**
   * Seeds the document of a path from its blob, once however many open it at
   * the same time, and only while `base` is where it was read from (DOC1).
   */
  async seed(
    values: typeof documents.$inferInsert,
    seed: { clientId: number; bytes: Uint8Array; actor: StoredActor },
    base: { commit: string; path: string },
  ): Promise<DocumentRecord> {
    return this.connection.transaction(async (transaction) => {
      const record = await this.insert(transaction, values, seed);
      if (!record) {
        const other = await this.findByPath(values.workspaceId, values.path, transaction);
        if (other) return other;
      }
      const [workspace] = await transaction
        .select({ baseCommit: workspaces.baseCommit })
        .from(workspaces)
        .where(eq(workspaces.id, values.workspaceId))
        .for('share');
      // Under the lock that every change of the overlay takes: the path may have been moved or deleted since.
      const path = await this.basePath(values.workspaceId, values.path, transaction);
      if (!record || workspace?.baseCommit !== base.commit || path !== base.path) {
        throw new ProtocolError('unavailable', 'The branch has just changed; the file is opened again.');
      }
      await transaction
        .update(workspaceFiles)
        .set({ documentId: record.id })
        .where(and(eq(workspaceFiles.workspaceId, values.workspaceId), eq(workspaceFiles.path, values.path)));
      return record;
    });
  }

  /** Nothing is appended to it until the transaction ends. @returns its next number */
  async lock(transaction: Transaction, documentId: string): Promise<number> {
    const [record] = await transaction
      .select({ nextSeq: documents.nextSeq })
      .from(documents)
      .where(eq(documents.id, documentId))
      .for('update');
    return record?.nextSeq ?? 0;
  }

  /** The same of several, in the order in which everybody locks documents. */
  lockAll(transaction: Transaction, documentIds: readonly string[]): Promise<DocumentRecord[]> {
    return transaction
      .select()
      .from(documents)
      .where(sql`${documents.id} = any(${sql.param([...documentIds])}::uuid[])`)
      .orderBy(documents.id)
      .for('update');
  }

  /**
   * One row, by a client that nobody had before, in somebody's transaction,
   * which has the document locked. No process takes it for its own: all of
   * them read it once they are told.
   */
  async append(
    transaction: Transaction,
    row: { documentId: string; generation: number; clientId: number; bytes: Uint8Array; actor: StoredActor },
  ): Promise<number> {
    const { documentId, generation, clientId, bytes, actor } = row;
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
    await transaction.insert(documentClients).values({ documentId, clientId, actor });
    return seq;
  }

  /** Wakes every process that has one of these, when the transaction commits (DOC4). */
  async tell(transaction: Transaction, documentIds: readonly string[]): Promise<void> {
    if (documentIds.length === 0) return;
    const ids = documentIds.length > NOTICE_MAX_IDS ? '*' : documentIds.join(',');
    await transaction.execute(sql`SELECT pg_notify('perch_document', ${`${NO_PROCESS} ${ids}`})`);
  }

  /** What stands at a path that is no text and not committed. */
  async objectAt(workspaceId: string, path: string): Promise<typeof objects.$inferSelect | undefined> {
    const [row] = await this.connection.database
      .select({ object: objects })
      .from(workspaceFiles)
      .innerJoin(objects, eq(objects.id, workspaceFiles.objectId))
      .where(and(eq(workspaceFiles.workspaceId, workspaceId), eq(workspaceFiles.path, path)));
    return row?.object;
  }

  /** Where the text of an unopened path stands in the base commit: null where the overlay has deleted or moved it. */
  async basePath(
    workspaceId: string,
    path: string,
    transaction: Transaction = this.connection.database,
  ): Promise<string | null> {
    const rows = await transaction
      .select()
      .from(workspaceFiles)
      .where(
        and(
          eq(workspaceFiles.workspaceId, workspaceId),
          or(eq(workspaceFiles.path, path), eq(workspaceFiles.fromPath, path)),
        ),
      );
    return basePathIn(rows, path);
  }

  /** Where the text of each path stands: in a document, or in the base commit; null where the overlay has taken it away. */
  async sources(workspaceId: string, paths: readonly string[]): Promise<Map<string, TextSource | null>> {
    const rows = await this.connection.database
      .select()
      .from(workspaceFiles)
      .where(
        and(
          eq(workspaceFiles.workspaceId, workspaceId),
          or(inArray(workspaceFiles.path, [...paths]), inArray(workspaceFiles.fromPath, [...paths])),
        ),
      );
    const open = await this.connection.database
      .select({ id: documents.id, path: documents.path })
      .from(documents)
      .where(
        and(
          eq(documents.workspaceId, workspaceId),
          inArray(documents.path, [...paths]),
          isNull(documents.deletedAt),
        ),
      );
    const documentOf = new Map(open.map(({ id, path }) => [path, id]));
    return new Map(
      paths.map((path): [string, TextSource | null] => {
        const documentId = documentOf.get(path);
        if (documentId !== undefined) return [path, { documentId }];
        const basePath = basePathIn(rows, path);
        return [path, basePath === null ? null : { basePath }];
      }),
    );
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

  /** Gives Yjs client ids to an actor. False where somebody else has one of them. */
  async registerClients(
    documentId: string,
    clientIds: readonly number[],
    actor: StoredActor,
  ): Promise<boolean> {
    const owners = await Promise.all(
      clientIds.map((clientId) => this.#registrations.load({ documentId, clientId, actor })),
    );
    return owners.every((owner) => owner === actor);
  }

  /** Whose each client id is then: of many who claim one, whoever was first. */
  async #register(claims: readonly Claim[]): Promise<string[]> {
    const first = new Map<string, Claim>();
    for (const claim of claims) {
      const key = `${claim.documentId} ${claim.clientId}`;
      if (!first.has(key)) first.set(key, claim);
    }
    const rows = await this.connection.database
      .insert(documentClients)
      // In one order, so that two who claim the same ids cannot deadlock.
      .values([...first.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, claim]) => claim))
      .onConflictDoUpdate({
        target: [documentClients.documentId, documentClients.clientId],
        set: { actor: sql`${documentClients.actor}` },
      })
      .returning();
    const owners = new Map(rows.map((row) => [`${row.documentId} ${row.clientId}`, row.actor]));
    return claims.map((claim) => owners.get(`${claim.documentId} ${claim.clientId}`)!);
  }

  async clients(documentId: string): Promise<Map<number, string>> {
    const rows = await this.connection.database
      .select()
      .from(documentClients)
      .where(eq(documentClients.documentId, documentId));
    return new Map(rows.map((row) => [row.clientId, row.actor]));
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

  async update(
    transaction: Transaction,
    documentId: string,
    set: Partial<typeof documents.$inferInsert>,
  ): Promise<void> {
    await transaction.update(documents).set(set).where(eq(documents.id, documentId));
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

/** Of the overlay's rows about a path: what they say of where its content comes from. */
function basePathIn(rows: readonly (typeof workspaceFiles.$inferSelect)[], path: string): string | null {
  const own = rows.find((row) => row.path === path);
  if (own) return own.kind === 'moved' ? own.fromPath : null;
  return rows.some((row) => row.kind === 'moved' && row.fromPath === path) ? null : path;
}

function keyOf({ workspaceId, path }: Place): string {
  return `${workspaceId} ${path}`;
}
