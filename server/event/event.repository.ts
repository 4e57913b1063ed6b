import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { workspaceEvents } from '../../db/schema/event.js';
import { users } from '../../db/schema/user.js';
import { workspaces } from '../../db/schema/workspace.js';
import { personOf, shaOf, type StoredActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';

export type EventRow = typeof workspaceEvents.$inferSelect;
export type NamedPerson = { id: string; name: string; color: number };

/** The log of events in PostgreSQL, and the names of who is in it. */
@Injectable()
export class EventRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * One statement takes the number, writes the row and asks for the wake-up:
   * the workspace's row stays locked until the transaction ends, so numbers
   * have no gap and become visible in their own order (EVT1).
   */
  async append(
    transaction: Transaction,
    workspaceId: string,
    type: string,
    actor: StoredActor,
    payload: Record<string, unknown>,
  ): Promise<number | undefined> {
    const result = await transaction.execute<{ seq: string }>(sql`
      WITH taken AS (
        UPDATE ${workspaces} SET next_event_seq = next_event_seq + 1
        WHERE id = ${workspaceId}
        RETURNING id, next_event_seq - 1 AS seq
      )
      INSERT INTO ${workspaceEvents} (workspace_id, seq, type, actor, payload)
      SELECT id, seq, ${type}, ${actor}, ${JSON.stringify(payload)}::jsonb FROM taken
      RETURNING seq, pg_notify('perch_event', workspace_id::text) IS NULL AS told`);
    const row = result.rows[0];
    return row && Number(row.seq);
  }

  async lastSeq(workspaceId: string): Promise<number | undefined> {
    const [row] = await this.connection.database
      .select({ next: workspaces.nextEventSeq })
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId));
    return row && row.next - 1;
  }

  after(workspaceId: string, seq: number, limit: number): Promise<EventRow[]> {
    return this.connection.database
      .select()
      .from(workspaceEvents)
      .where(and(eq(workspaceEvents.workspaceId, workspaceId), gt(workspaceEvents.seq, seq)))
      .orderBy(asc(workspaceEvents.seq))
      .limit(limit);
  }

  before(workspaceId: string, seq: number | undefined, limit: number): Promise<EventRow[]> {
    return this.connection.database
      .select()
      .from(workspaceEvents)
      .where(
        and(
          eq(workspaceEvents.workspaceId, workspaceId),
          seq === undefined ? undefined : lt(workspaceEvents.seq, seq),
        ),
      )
      .orderBy(desc(workspaceEvents.seq))
      .limit(limit);
  }

  numbered(workspaceId: string, seqs: readonly number[]): Promise<EventRow[]> {
    return this.connection.database
      .select()
      .from(workspaceEvents)
      .where(and(eq(workspaceEvents.workspaceId, workspaceId), inArray(workspaceEvents.seq, [...seqs])));
  }

  /** Of the latest events those about a path or one of these commits, the newest first. */
  async about(
    workspaceId: string,
    path: string,
    shas: readonly string[],
    within: number,
  ): Promise<{ seq: number; actor: string; createdAt: Date; sha: string | null; pusher: string | null }[]> {
    const sha = sql<string | null>`case ${workspaceEvents.type}
      when 'commit.created' then ${workspaceEvents.payload}->>'sha'
      when 'branch.merged' then ${workspaceEvents.payload}->>'toCommit' end`;
    return this.connection.database
      .select({
        seq: workspaceEvents.seq,
        actor: workspaceEvents.actor,
        createdAt: workspaceEvents.createdAt,
        sha,
        pusher: sql<string | null>`${workspaceEvents.payload}->>'pusher'`,
      })
      .from(workspaceEvents)
      .where(
        and(
          eq(workspaceEvents.workspaceId, workspaceId),
          sql`${workspaceEvents.seq} > (SELECT next_event_seq FROM ${workspaces} WHERE id = ${workspaceId}) - ${within}::bigint`,
          sql`(${workspaceEvents.payload}->>'path' = ${path} OR ${sha} = any(${sql.param([...shas])}::text[]))`,
        ),
      )
      .orderBy(desc(workspaceEvents.seq));
  }

  /** The latest pushes of several commits that were about a path, the newest first. */
  async pushes(
    workspaceId: string,
    path: string,
    limit: number,
  ): Promise<{ seq: number; from: string; to: string }[]> {
    const { payload, type } = workspaceEvents;
    return this.connection.database
      .select({
        seq: workspaceEvents.seq,
        from: sql<string>`${payload}->>'fromCommit'`,
        to: sql<string>`${payload}->>'toCommit'`,
      })
      .from(workspaceEvents)
      .where(
        and(
          eq(workspaceEvents.workspaceId, workspaceId),
          eq(type, 'branch.merged'),
          sql`(${payload}->>'commits')::int > 1`,
          // Of a push of very many files only the first are named.
          sql`(${payload}->'paths' ? ${path} OR (${payload}->>'files')::int > jsonb_array_length(${payload}->'paths'))`,
        ),
      )
      .orderBy(desc(workspaceEvents.seq))
      .limit(limit);
  }

  /** Whether the log last said that this person came; false where it said that he went, or nothing. */
  async saidPresent(transaction: Transaction, workspaceId: string, actor: StoredActor): Promise<boolean> {
    const [row] = await transaction
      .select({ type: workspaceEvents.type })
      .from(workspaceEvents)
      .where(
        and(
          eq(workspaceEvents.workspaceId, workspaceId),
          eq(workspaceEvents.actor, actor),
          // Written out, so that the partial index on these two types serves it.
          sql`${workspaceEvents.type} in ('person.joined', 'person.left')`,
        ),
      )
      .orderBy(desc(workspaceEvents.seq))
      .limit(1);
    return row?.type === 'person.joined';
  }

  /** Everybody the log last said to have come, in all workspaces. */
  async allSaidPresent(): Promise<{ workspaceId: string; actor: string }[]> {
    const rows = await this.connection.database
      .selectDistinctOn([workspaceEvents.workspaceId, workspaceEvents.actor], {
        workspaceId: workspaceEvents.workspaceId,
        actor: workspaceEvents.actor,
        type: workspaceEvents.type,
      })
      .from(workspaceEvents)
      .where(sql`${workspaceEvents.type} in ('person.joined', 'person.left')`)
      .orderBy(workspaceEvents.workspaceId, workspaceEvents.actor, desc(workspaceEvents.seq));
    return rows.filter((row) => row.type === 'person.joined');
  }

  /** Locks the workspace's row until the transaction ends: what is decided under it stays true until it is written. */
  async lockWorkspace(transaction: Transaction, workspaceId: string): Promise<void> {
    await transaction.execute(sql`SELECT 1 FROM ${workspaces} WHERE id = ${workspaceId} FOR UPDATE`);
  }

  /** Names by user id; a deleted person has none. */
  async people(actors: readonly string[]): Promise<Map<string, NamedPerson>> {
    const ids = [...new Set(actors.map(personOf).filter((id) => id !== undefined))];
    if (ids.length === 0) return new Map();
    const rows = await this.connection.database
      .select({ id: users.id, name: users.name, color: users.color, deletedAt: users.deletedAt })
      .from(users)
      .where(inArray(users.id, ids));
    return new Map(rows.filter((row) => row.deletedAt === null).map((row) => [row.id, row]));
  }

  /**
   * Who made the pushes that these events are of, by workspace and actor. The
   * event of the push itself is the last of its transaction: the next one there is.
   */
  async pushers(rows: readonly EventRow[]): Promise<Map<string, string>> {
    const first = new Map<string, EventRow>();
    for (const row of rows.toSorted((one, other) => one.seq - other.seq))
      if (shaOf(row.actor) !== undefined && !first.has(pushOf(row))) first.set(pushOf(row), row);
    if (first.size === 0) return new Map();
    const asked = [...first.values()];
    const column = <Value>(of: (row: EventRow) => Value) => sql.param(asked.map(of));
    const { rows: found } = await this.connection.database.execute<{ push: string; pusher: string }>(sql`
      SELECT asked.workspace_id || ' ' || asked.actor AS push, merged.pusher
      FROM unnest(${column(({ workspaceId }) => workspaceId)}::uuid[], ${column(({ seq }) => seq)}::bigint[],
          ${column(({ actor }) => actor)}::text[]) AS asked(workspace_id, seq, actor)
      CROSS JOIN LATERAL (
        SELECT e.payload->>'pusher' AS pusher FROM ${workspaceEvents} e
        WHERE e.workspace_id = asked.workspace_id AND e.seq >= asked.seq AND e.actor = asked.actor
          AND e.type = 'branch.merged'
        ORDER BY e.seq LIMIT 1) AS merged
      WHERE merged.pusher IS NOT NULL`);
    return new Map(found.map(({ push, pusher }) => [push, pusher]));
  }
}

/** The push that an event is of. */
export const pushOf = ({ workspaceId, actor }: Pick<EventRow, 'workspaceId' | 'actor'>): string =>
  `${workspaceId} ${actor}`;
