import { Injectable } from '@nestjs/common';
import { and, asc, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { documentClients, documents, documentUpdates } from '../../db/schema/document.js';
import { workspaceFiles } from '../../db/schema/file.js';
import { objects } from '../../db/schema/object.js';
import { workspaces } from '../../db/schema/workspace.js';
import { ProtocolError } from '../protocol/error.js';
import { batchLoader } from '../platform/batch-loader.js';
import { DatabaseConnection } from '../platform/database.js';
import type { StoredActor } from '../platform/actor.js';
import { processId } from '../platform/server-process.js';

export type DocumentRecord = typeof documents.$inferSelect;
type Place = { workspaceId: string; path: string };
export type TextSource = { documentId: string } | { basePath: string };

/** Which documents there are, and where the text of each path of a branch stands. Their rows are DocumentUpdateRepository's. */
@Injectable()
export class DocumentRepository {
  readonly #documents = batchLoader((places: readonly Place[]) => this.#readAt(places));
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

  async update(
    transaction: Transaction,
    documentId: string,
    set: Partial<typeof documents.$inferInsert>,
  ): Promise<void> {
    await transaction.update(documents).set(set).where(eq(documents.id, documentId));
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
