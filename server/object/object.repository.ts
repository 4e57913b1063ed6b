import { Injectable } from '@nestjs/common';
import { eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { objects } from '../../db/schema/object.js';
import { DatabaseConnection } from '../platform/database.js';

export type ObjectRecord = typeof objects.$inferSelect;

/** What is known of the objects in the store, in PostgreSQL. */
@Injectable()
export class ObjectRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async announce(userId: string, size: number): Promise<string> {
    const [row] = await this.connection.database
      .insert(objects)
      .values({ userId, size })
      .returning({ id: objects.id });
    if (!row) throw new Error('an object was not announced');
    return row.id;
  }

  async complete(id: string, sha: string, reason: ObjectRecord['reason']): Promise<ObjectRecord> {
    const [row] = await this.connection.database
      .update(objects)
      .set({ sha, reason })
      .where(eq(objects.id, id))
      .returning();
    if (!row) throw new Error(`object ${id} was removed while it was written`);
    return row;
  }

  find(ids: readonly string[]): Promise<ObjectRecord[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.connection.database
      .select()
      .from(objects)
      .where(inArray(objects.id, [...ids]));
  }

  /**
   * Forgets some of the objects that nothing refers to, unless another
   * process is about to. Whoever comes to refer to one meanwhile is refused
   * by its foreign key; only an undo could, and for longer than it may be
   * used its own reference is seen here.
   */
  async takeUnused(transaction: Transaction, olderThanHours: number, most: number): Promise<string[]> {
    const { rows } = await transaction.execute<{ id: string }>(sql`
      DELETE FROM objects WHERE id IN (
        SELECT id FROM objects o
        WHERE o.created_at < now() - make_interval(hours => ${olderThanHours})
          AND NOT EXISTS (SELECT FROM workspace_files f WHERE f.object_id = o.id)
          AND NOT EXISTS (SELECT FROM documents d WHERE d.object_id = o.id)
          AND NOT EXISTS (SELECT FROM overlay_states s WHERE s.object_id = o.id)
          AND NOT EXISTS (
            SELECT FROM file_undos u
            WHERE o.id = ANY (u.object_ids) AND u.created_at > now() - interval '8 days')
        ORDER BY o.created_at LIMIT ${most} FOR UPDATE SKIP LOCKED)
      RETURNING id`);
    return rows.map((row) => row.id);
  }
}
