import { Injectable } from '@nestjs/common';
import { and, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { documents } from '../../db/schema/document.js';
import { fileUndos, workspaceFiles } from '../../db/schema/file.js';
import { workspaces } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';
import type { OverlayRow, RowChange } from './overlay.js';

export type FileUndo = typeof fileUndos.$inferSelect;
export type PathDocument = { id: string; path: string };

/** The overlay's rows and what undoes them, in PostgreSQL. */
@Injectable()
export class FileRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * One change of a workspace's tree at a time, until the transaction ends:
   * two names that collide are different rows, which no key would keep apart.
   * Taken before any other lock.
   */
  async lock(transaction: Transaction, workspaceId: string): Promise<void> {
    await transaction.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`perch.files:${workspaceId}`}, 0))`,
    );
  }

  async baseCommit(transaction: Transaction, workspaceId: string): Promise<string | null> {
    const [row] = await transaction
      .select({ baseCommit: workspaces.baseCommit })
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId));
    return row?.baseCommit ?? null;
  }

  rows(workspaceId: string, transaction: Transaction = this.connection.database): Promise<OverlayRow[]> {
    return transaction.select().from(workspaceFiles).where(eq(workspaceFiles.workspaceId, workspaceId));
  }

  async row(workspaceId: string, path: string): Promise<OverlayRow | undefined> {
    const [row] = await this.connection.database
      .select()
      .from(workspaceFiles)
      .where(and(eq(workspaceFiles.workspaceId, workspaceId), eq(workspaceFiles.path, path)));
    return row;
  }

  async write(transaction: Transaction, workspaceId: string, changes: readonly RowChange[]): Promise<void> {
    const gone = changes.filter((change) => change.after === null).map((change) => change.path);
    if (gone.length > 0)
      await transaction
        .delete(workspaceFiles)
        .where(and(eq(workspaceFiles.workspaceId, workspaceId), inArray(workspaceFiles.path, gone)));
    const rows = changes.map((change) => change.after).filter((row) => row !== null);
    // PostgreSQL takes 65,535 parameters; a row has nine.
    for (let at = 0; at < rows.length; at += 5_000) {
      await transaction
        .insert(workspaceFiles)
        .values(rows.slice(at, at + 5_000))
        .onConflictDoUpdate({
          target: [workspaceFiles.workspaceId, workspaceFiles.path],
          set: {
            kind: sql`excluded.kind`,
            fromPath: sql`excluded.from_path`,
            blobSha: sql`excluded.blob_sha`,
            mode: sql`excluded.mode`,
            documentId: sql`excluded.document_id`,
            objectId: sql`excluded.object_id`,
            version: sql`excluded.version`,
          },
        });
    }
  }

  /** The live documents among these paths, locked in the order in which everybody locks documents. */
  async documentsAt(transaction: Transaction, workspaceId: string, paths: string[]): Promise<PathDocument[]> {
    if (paths.length === 0) return [];
    return transaction
      .select({ id: documents.id, path: documents.path })
      .from(documents)
      .where(
        and(
          eq(documents.workspaceId, workspaceId),
          isNull(documents.deletedAt),
          sql`${documents.path} = any(${sql.param(paths)}::text[])`,
        ),
      )
      .orderBy(documents.id)
      .for('update');
  }

  async pathOf(documentId: string): Promise<string | undefined> {
    const [row] = await this.connection.database
      .select({ path: documents.path })
      .from(documents)
      .where(and(eq(documents.id, documentId), isNull(documents.deletedAt)));
    return row?.path;
  }

  /** Text that was changed and is the base's again need not be compared a second time, unless it changes. */
  async recordClean(documentId: string, seq: number): Promise<void> {
    await this.connection.database
      .update(documents)
      .set({ cleanSeq: seq })
      .where(and(eq(documents.id, documentId), eq(documents.nextSeq, seq + 1), lt(documents.cleanSeq, seq)));
  }

  /** Undos nobody has used for a week are forgotten: they hold texts, and the history has those too. */
  async saveUndo(
    transaction: Transaction,
    undo: Omit<typeof fileUndos.$inferInsert, 'objectIds'>,
  ): Promise<string> {
    await transaction
      .delete(fileUndos)
      .where(
        and(
          eq(fileUndos.workspaceId, undo.workspaceId),
          lt(fileUndos.createdAt, sql`now() - interval '7 days'`),
        ),
      );
    const [row] = await transaction
      .insert(fileUndos)
      .values({ ...undo, objectIds: objectsOf(undo) })
      .returning({ id: fileUndos.id });
    if (!row) throw new Error('an undo was not stored');
    return row.id;
  }

  /** What a discarded text said, once it has been replaced. */
  async addUndoText(
    transaction: Transaction,
    id: string,
    text: { documentId: string; before: string; after: string },
  ): Promise<void> {
    await transaction
      .update(fileUndos)
      .set({ textDocumentId: text.documentId, textBefore: text.before, textAfter: text.after })
      .where(eq(fileUndos.id, id));
  }

  async findUndo(workspaceId: string, id: string): Promise<FileUndo | undefined> {
    const [row] = await this.connection.database
      .select()
      .from(fileUndos)
      .where(
        and(
          eq(fileUndos.workspaceId, workspaceId),
          eq(fileUndos.id, id),
          gt(fileUndos.createdAt, sql`now() - interval '7 days'`),
        ),
      );
    return row;
  }

  /** An undo is used once. False where somebody has just used it. */
  async spendUndo(transaction: Transaction, id: string): Promise<boolean> {
    const spent = await transaction
      .delete(fileUndos)
      .where(eq(fileUndos.id, id))
      .returning({ id: fileUndos.id });
    return spent.length > 0;
  }
}

/** What an undo refers to is kept while it may be used. */
function objectsOf({
  rows,
  documents: undone,
}: Pick<typeof fileUndos.$inferInsert, 'rows' | 'documents'>): string[] {
  const ids = [...rows.map(({ before }) => before?.objectId), ...undone.map(({ style }) => style?.objectId)];
  return ids.filter((id) => typeof id === 'string');
}
