import { Injectable } from '@nestjs/common';
import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { documents } from '../../db/schema/document.js';
import { workspaceFiles } from '../../db/schema/file.js';
import { mergeConflicts } from '../../db/schema/merge-conflict.js';
import { DatabaseConnection } from '../platform/database.js';

export type ConflictRecord = typeof mergeConflicts.$inferSelect;
export type NewConflict = Omit<typeof mergeConflicts.$inferInsert, 'id' | 'workspaceId'>;

/** Conflicts between pushes from outside and what was not committed, in PostgreSQL. */
@Injectable()
export class ConflictRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /** Those nobody has decided yet, at the paths where their files are by now; a file that was deleted since has none. */
  async open(
    workspaceId: string,
    transaction: Transaction = this.connection.database,
  ): Promise<ConflictRecord[]> {
    const rows = await transaction
      .select({
        conflict: mergeConflicts,
        path: documents.path,
        deletedAt: documents.deletedAt,
        filePath: workspaceFiles.path,
      })
      .from(mergeConflicts)
      .leftJoin(documents, eq(documents.id, mergeConflicts.documentId))
      .leftJoin(
        workspaceFiles,
        and(
          eq(workspaceFiles.workspaceId, mergeConflicts.workspaceId),
          eq(workspaceFiles.objectId, mergeConflicts.objectId),
        ),
      )
      .where(and(eq(mergeConflicts.workspaceId, workspaceId), isNull(mergeConflicts.resolvedAt)))
      .orderBy(asc(mergeConflicts.createdAt), asc(mergeConflicts.id));
    return rows
      .filter(({ deletedAt }) => deletedAt === null)
      .map(({ conflict, path, filePath }) => ({ ...conflict, path: path ?? filePath ?? conflict.path }));
  }

  async insert(transaction: Transaction, workspaceId: string, found: NewConflict): Promise<string> {
    const [row] = await transaction
      .insert(mergeConflicts)
      .values({ ...found, workspaceId })
      .returning({ id: mergeConflicts.id });
    if (!row) throw new Error('a conflict was not stored');
    return row.id;
  }

  /** A conflict is decided once. False where somebody has just done so. */
  async resolve(
    transaction: Transaction,
    ids: readonly string[],
    resolution: NonNullable<ConflictRecord['resolution']>,
    userId: string | null,
  ): Promise<boolean> {
    if (ids.length === 0) return true;
    const resolved = await transaction
      .update(mergeConflicts)
      .set({ resolution, resolvedBy: userId, resolvedAt: new Date() })
      .where(and(inArray(mergeConflicts.id, [...ids]), isNull(mergeConflicts.resolvedAt)))
      .returning({ id: mergeConflicts.id });
    return resolved.length === ids.length;
  }
}
