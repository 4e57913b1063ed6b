import { Injectable } from '@nestjs/common';
import { sql, type SQL } from 'drizzle-orm';
import { DatabaseConnection } from '../platform/database.js';
import type { StoredActor } from '../platform/actor.js';
import type { FileName } from './history.repository.js';

export type TimelineFilter = {
  /** Null for all; with whether programs' own are wanted too. */
  types: { names: readonly string[]; programs: boolean } | null;
  actor: StoredActor | null;
  /** What a file was called, and when. */
  names: readonly FileName[] | null;
};
/** From which row of a document on, and whose. */
export type WindowPlace = { eventSeq: number; documentId: string; seq: number; actor: string };
/** `at` in milliseconds. */
export type WindowRow = { seq: number; bytes: Uint8Array | null; at: number };

/** Finds events by what they are about, and the rows that were typed after them. */
@Injectable()
export class TimelineRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /** Their numbers, as they are ordered: after a number the oldest first, else the newest. */
  async find(
    workspaceId: string,
    filter: TimelineFilter,
    range: { after?: number; before?: number; limit: number },
  ): Promise<number[]> {
    const { after, before, limit } = range;
    const wanted = [
      sql`e.workspace_id = ${workspaceId}`,
      after === undefined ? null : sql`e.seq > ${after}`,
      before === undefined ? null : sql`e.seq < ${before}`,
      filter.types && ofTypes(filter.types),
      filter.actor === null ? null : sql`e.actor = ${filter.actor}`,
      filter.names && aboutFile(filter.names),
    ].filter((each) => each !== null);
    const { rows } = await this.connection.database.execute<{ seq: string }>(sql`
      SELECT e.seq FROM workspace_events e WHERE ${sql.join(wanted, sql` AND `)}
      ORDER BY e.seq ${after === undefined ? sql`DESC` : sql`ASC`} LIMIT ${limit}`);
    return rows.map(({ seq }) => Number(seq));
  }

  /**
   * The next rows of documents, by whomever; of others than the one asked
   * for without what they wrote. By the event they are asked for.
   */
  async windows(
    workspaceId: string,
    places: readonly WindowPlace[],
    length: number,
  ): Promise<Map<number, WindowRow[]>> {
    const column = (of: (place: WindowPlace) => string | number) => sql.param(places.map(of));
    const { rows } = await this.connection.database.execute<{
      event: string;
      seq: string;
      bytes: Buffer | null;
      at: string;
    }>(sql`
      SELECT p.event, u.seq, u.bytes, extract(epoch FROM u.created_at) * 1000 AS at
      FROM unnest(${column(({ eventSeq }) => eventSeq)}::bigint[], ${column(({ documentId }) => documentId)}::uuid[],
        ${column(({ seq }) => seq)}::bigint[], ${column(({ actor }) => actor)}::text[]
      ) AS p(event, document_id, seq, actor)
      CROSS JOIN LATERAL (
        SELECT d.seq, d.created_at, CASE WHEN d.actor = p.actor THEN d.bytes END AS bytes
        FROM document_updates d
        WHERE d.document_id = p.document_id AND d.seq >= p.seq AND d.seq < p.seq + ${length}::bigint
      ) u
      WHERE EXISTS (SELECT FROM documents o WHERE o.id = p.document_id AND o.workspace_id = ${workspaceId})
      ORDER BY p.event, u.seq`);
    const found = new Map<number, WindowRow[]>(places.map(({ eventSeq }) => [eventSeq, []]));
    for (const { event, seq, bytes, at } of rows)
      found.get(Number(event))?.push({ seq: Number(seq), bytes, at: Number(at) });
    return found;
  }

  /** When the first commit after each of these events was made. */
  async nextCommits(workspaceId: string, eventSeqs: readonly number[]): Promise<Map<number, number>> {
    const { rows } = await this.connection.database.execute<{ event: string; at: string }>(sql`
      SELECT p.event, extract(epoch FROM c.created_at) * 1000 AS at
      FROM unnest(${sql.param([...eventSeqs])}::bigint[]) AS p(event)
      CROSS JOIN LATERAL (
        SELECT created_at FROM workspace_events e
        WHERE e.workspace_id = ${workspaceId} AND e.seq > p.event
          AND e.type in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged')
          AND e.type = 'commit.created'
        ORDER BY e.seq LIMIT 1
      ) c`);
    return new Map(rows.map(({ event, at }) => [Number(event), Number(at)]));
  }
}

function ofTypes({ names, programs }: { names: readonly string[]; programs: boolean }): SQL {
  const known = sql`e.type = any(${sql.param([...names])}::text[])`;
  return programs ? sql`(${known} OR starts_with(e.type, 'integration.'))` : known;
}

/**
 * What names the file, or a folder it was in; a push of more files than it
 * names may have been about it. The room's opening is where every file begins.
 */
function aboutFile(names: readonly FileName[]): SQL {
  const each = names.map(({ path, from, until }) => {
    const within = (key: string) =>
      sql`starts_with(${path}, (e.payload->>${key}) || '/') OR e.payload->>${key} = ${path}`;
    return sql`(e.seq >= ${from} AND e.seq <= ${until ?? Number.MAX_SAFE_INTEGER} AND (
      ${within('path')} OR ${within('from')} OR ${within('to')} OR e.payload->'paths' ? ${path}
      OR e.type = 'workspace.opened'
      OR (e.type = 'branch.merged' AND (e.payload->>'files')::int > jsonb_array_length(e.payload->'paths'))))`;
  });
  return sql`(${sql.join(each, sql` OR `)})`;
}
