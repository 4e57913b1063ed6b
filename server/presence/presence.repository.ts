import { Injectable } from '@nestjs/common';
import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { workspacePresence } from '../../db/schema/presence.js';
import { users } from '../../db/schema/user.js';
import { DatabaseConnection } from '../platform/database.js';
import { processId } from '../platform/server-process.js';
import type { Presence } from '../protocol/presence.js';

/** The process of rows that stand on no connection: none, so that every process reads them as another's. */
const NO_PROCESS = '00000000-0000-0000-0000-000000000000';

/** A heartbeat older than this is a connection that is gone (PRS1). */
export const OFFLINE_AFTER_S = 30;

export type OwnPresence = { workspaceId: string; presence: Presence };
export type PresencePerson = { workspaceId: string; userId: string };

const fresh = sql`${workspacePresence.heartbeatAt} > now() - make_interval(secs => ${OFFLINE_AFTER_S})`;

/** The rows of who is where. UNLOGGED: a crash of the database empties them, and their owners write them again. */
@Injectable()
export class PresenceRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * One statement for any number of connections: new states, heartbeats and
   * rows lost in a crash alike. A row is never set back to an older count
   * (PRS2); an equal count is a heartbeat and wakes nobody.
   */
  async upsert(
    own: readonly OwnPresence[],
    transaction: Transaction = this.connection.database,
  ): Promise<void> {
    if (own.length === 0) return;
    // In one order everywhere, so that two statements never wait for each other.
    const rows = own.toSorted((a, b) => (a.presence.connectionId < b.presence.connectionId ? -1 : 1));
    const column = (value: (row: OwnPresence) => unknown) => sql.param(rows.map(value));
    await transaction.execute(sql`
      INSERT INTO ${workspacePresence}
        (connection_id, process_id, workspace_id, user_id, count, path, cursor_anchor, cursor_head, idle, heartbeat_at)
      SELECT connection_id, ${processId}::uuid, workspace_id, user_id, count, path, anchor, head, idle, now()
      FROM unnest(
        ${column((row) => row.presence.connectionId)}::text[],
        ${column((row) => row.workspaceId)}::uuid[],
        ${column((row) => row.presence.person.id)}::uuid[],
        ${column((row) => row.presence.count)}::bigint[],
        ${column((row) => row.presence.path)}::text[],
        ${column((row) => toBuffer(row.presence.cursor?.anchor))}::bytea[],
        ${column((row) => toBuffer(row.presence.cursor?.head))}::bytea[],
        ${column((row) => row.presence.idle)}::boolean[]
      ) AS given (connection_id, workspace_id, user_id, count, path, anchor, head, idle)
      ON CONFLICT (connection_id) DO UPDATE SET
        count = excluded.count, path = excluded.path, idle = excluded.idle,
        cursor_anchor = excluded.cursor_anchor, cursor_head = excluded.cursor_head,
        heartbeat_at = excluded.heartbeat_at
      WHERE excluded.count >= workspace_presence.count`);
  }

  /**
   * Presence that stands on no connection: a new state or a heartbeat.
   *
   * @returns whether it was not there before, or counted as gone
   */
  async touch(
    transaction: Transaction,
    given: { connectionId: string; workspaceId: string; userId: string; path: string | null; idle: boolean },
  ): Promise<boolean> {
    const { connectionId, workspaceId, userId, path, idle } = given;
    const [known] = await transaction
      .select({ isFresh: sql<boolean>`${fresh}` })
      .from(workspacePresence)
      .where(eq(workspacePresence.connectionId, connectionId));
    // Counted from the clock, so that a row which comes back is newer than the one before it;
    // and one that counted as gone is news again, though nothing else of it has changed.
    await transaction.execute(sql`
      INSERT INTO ${workspacePresence} (connection_id, process_id, workspace_id, user_id, count, path, idle)
      VALUES (${connectionId}, ${NO_PROCESS}, ${workspaceId}, ${userId},
        floor(extract(epoch FROM now()) * 1000), ${path}, ${idle})
      ON CONFLICT (connection_id) DO UPDATE SET
        count = workspace_presence.count + CASE
          WHEN NOT (${fresh}) OR (workspace_presence.path, workspace_presence.idle)
            IS DISTINCT FROM (excluded.path, excluded.idle) THEN 1 ELSE 0 END,
        path = excluded.path, idle = excluded.idle, heartbeat_at = now()`);
    return !known?.isFresh;
  }

  async remove(connectionId: string, transaction: Transaction = this.connection.database): Promise<void> {
    await transaction.delete(workspacePresence).where(eq(workspacePresence.connectionId, connectionId));
  }

  /** At a graceful stop: every row of this process. */
  removeOwn(): Promise<PresencePerson[]> {
    return this.connection.database
      .delete(workspacePresence)
      .where(eq(workspacePresence.processId, processId))
      .returning({ workspaceId: workspacePresence.workspaceId, userId: workspacePresence.userId });
  }

  /** Removes connections whose process has died, whoever's they were. */
  async sweep(): Promise<PresencePerson[]> {
    const result = await this.connection.database.execute<{ workspace_id: string; user_id: string }>(sql`
      DELETE FROM ${workspacePresence} WHERE connection_id IN (
        SELECT connection_id FROM ${workspacePresence} WHERE NOT (${fresh})
        ORDER BY connection_id FOR UPDATE SKIP LOCKED
      ) RETURNING workspace_id, user_id`);
    return result.rows.map((row) => ({ workspaceId: row.workspace_id, userId: row.user_id }));
  }

  /** Whether any connection of this person, in any process, is in the workspace. */
  async isPresent(transaction: Transaction, workspaceId: string, userId: string): Promise<boolean> {
    const [row] = await transaction
      .select({ connectionId: workspacePresence.connectionId })
      .from(workspacePresence)
      .where(and(eq(workspacePresence.workspaceId, workspaceId), eq(workspacePresence.userId, userId), fresh))
      .limit(1);
    return row !== undefined;
  }

  /** Everybody in a workspace, with the process each is connected to. */
  async list(workspaceId: string): Promise<{ processId: string; presence: Presence }[]> {
    const rows = await this.connection.database
      .select({ row: workspacePresence, person: { id: users.id, name: users.name, color: users.color } })
      .from(workspacePresence)
      .innerJoin(users, eq(users.id, workspacePresence.userId))
      .where(and(eq(workspacePresence.workspaceId, workspaceId), fresh));
    return rows.map(({ row, person }) => ({
      processId: row.processId,
      presence: {
        connectionId: row.connectionId,
        person,
        count: row.count,
        path: row.path,
        cursor:
          row.path !== null && row.cursorAnchor && row.cursorHead
            ? { path: row.path, anchor: row.cursorAnchor, head: row.cursorHead }
            : null,
        idle: row.idle,
      },
    }));
  }
}

function toBuffer(value: Uint8Array | undefined): Buffer | null {
  return value ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : null;
}
