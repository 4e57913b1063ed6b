import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { DatabaseConnection } from '../platform/database.js';

/** How a file came by a name: from another one, or (null) by being made there. */
export type Naming = { seq: number; from: string | null };
/** A push from outside that may have renamed a file. */
export type Merge = { seq: number; fromCommit: string | null; toCommit: string };

/** Finds how files came by their names, in PostgreSQL. */
@Injectable()
export class TrailRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * The last time, up to an event, that a file came to be called so: by a move
   * of it or of a folder that it is in, or by one that was taken back.
   */
  async naming(workspaceId: string, name: string, upTo: number): Promise<Naming | null> {
    const { rows } = await this.connection.database.execute<{ seq: string; from: string | null }>(sql`
      SELECT seq, "from" FROM (
        SELECT seq, CASE WHEN type = 'file.moved'
          THEN (payload->>'from') || substr(${name}, length(payload->>'to') + 1) END AS "from"
        FROM workspace_events
        WHERE workspace_id = ${workspaceId} AND seq <= ${upTo}
          AND type in ('file.created', 'file.moved') AND (
          (type = 'file.created' AND payload->>'path' = ${name})
          OR (type = 'file.moved'
            AND (payload->>'to' = ${name} OR starts_with(${name}, (payload->>'to') || '/'))))
        UNION ALL
        SELECT s.event_seq, CASE WHEN s.path = ${name} THEN s.from_path ELSE s.path END
        FROM overlay_states s
        JOIN workspace_events e ON e.workspace_id = s.workspace_id AND e.seq = s.event_seq
          AND e.type IN ('file.discarded', 'file.restored', 'file.deleted')
        LEFT JOIN LATERAL (
          SELECT b.kind, b.from_path FROM overlay_states b
          WHERE b.workspace_id = s.workspace_id AND b.path = s.path AND b.event_seq < s.event_seq
          ORDER BY b.id DESC LIMIT 1
        ) before ON true
        WHERE s.workspace_id = ${workspaceId} AND s.event_seq <= ${upTo}
          AND (s.path = ${name} OR s.path IN (
            SELECT path FROM overlay_states WHERE workspace_id = ${workspaceId} AND from_path = ${name}))
          AND (
            (s.path = ${name} AND s.kind = 'moved' AND before.from_path IS DISTINCT FROM s.from_path)
            OR (s.path <> ${name} AND s.kind IS DISTINCT FROM 'moved'
              AND before.kind = 'moved' AND before.from_path = ${name}))
      ) named ORDER BY seq DESC LIMIT 1`);
    const [row] = rows;
    return row ? { seq: Number(row.seq), from: row.from } : null;
  }

  /** The pushes after an event and up to another that may have brought a file its name, the last first. */
  async merges(
    workspaceId: string,
    name: string,
    range: { after: number; upTo: number; limit: number },
  ): Promise<Merge[]> {
    const { rows } = await this.connection.database.execute<{
      seq: string;
      fromCommit: string | null;
      toCommit: string;
    }>(sql`
      SELECT seq, payload->>'fromCommit' AS "fromCommit", payload->>'toCommit' AS "toCommit"
      FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND seq > ${range.after} AND seq <= ${range.upTo}
        AND type in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged')
        AND type = 'branch.merged' AND (payload->'paths' ? ${name}
          OR (payload->>'files')::int > jsonb_array_length(payload->'paths'))
      ORDER BY seq DESC LIMIT ${range.limit}`);
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  /** The first or last time after an event that a file was moved away from a name: where to. */
  async leaving(
    workspaceId: string,
    name: string,
    after: number,
    which: 'first' | 'last',
  ): Promise<{ seq: number; to: string } | null> {
    const { rows } = await this.connection.database.execute<{ seq: string; to: string }>(sql`
      SELECT seq, (payload->>'to') || substr(${name}, length(payload->>'from') + 1) AS "to"
      FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND seq > ${after}
        AND type in ('file.created', 'file.moved') AND type = 'file.moved'
        AND (payload->>'from' = ${name} OR starts_with(${name}, (payload->>'from') || '/'))
      ORDER BY seq ${which === 'first' ? sql`ASC` : sql`DESC`} LIMIT 1`);
    const [row] = rows;
    return row ? { seq: Number(row.seq), to: row.to } : null;
  }

  /** The last event that put a file at a path, other than the move away from it: 0 for none. */
  async lastMade(workspaceId: string, path: string): Promise<number> {
    const { rows } = await this.connection.database.execute<{ seq: string | null }>(sql`
      SELECT max(seq) AS seq FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND type in ('file.created', 'file.moved') AND (
        (type = 'file.created' AND payload->>'path' = ${path})
        OR (type = 'file.moved' AND (payload->>'to' = ${path} OR starts_with(${path}, (payload->>'to') || '/'))))`);
    return Number(rows[0]?.seq ?? 0);
  }
}
