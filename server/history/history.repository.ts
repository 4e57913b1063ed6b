import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, isNull, lte, or, sql } from 'drizzle-orm';
import { documents, documentUpdates } from '../../db/schema/document.js';
import { workspaceEvents } from '../../db/schema/event.js';
import { documentPlaces, overlayStates } from '../../db/schema/history.js';
import { DatabaseConnection } from '../platform/database.js';

/** What a file was called, from one event to another; `until` is null for the present. */
export type FileName = { path: string; from: number; until: number | null };
export type PlaceRow = typeof documentPlaces.$inferSelect;
export type OverlayState = typeof overlayStates.$inferSelect;
export type StoredEvent = typeof workspaceEvents.$inferSelect;

/** Where files were and what they said, event by event, as the database has it. */
@Injectable()
export class HistoryRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async event(workspaceId: string, seq: number): Promise<StoredEvent | undefined> {
    const [row] = await this.connection.database
      .select()
      .from(workspaceEvents)
      .where(and(eq(workspaceEvents.workspaceId, workspaceId), eq(workspaceEvents.seq, seq)));
    return row;
  }

  /** The document that stands at a path. */
  async liveDocument(workspaceId: string, path: string): Promise<string | null> {
    const [here] = await this.connection.database
      .select({ id: documents.id })
      .from(documents)
      .where(
        and(eq(documents.workspaceId, workspaceId), eq(documents.path, path), isNull(documents.deletedAt)),
      );
    return here?.id ?? null;
  }

  /** The last document that stood at a path. */
  async lastDocument(workspaceId: string, path: string): Promise<string | null> {
    const [last] = await this.connection.database
      .select({ id: documentPlaces.documentId })
      .from(documentPlaces)
      .where(and(eq(documentPlaces.workspaceId, workspaceId), eq(documentPlaces.path, path)))
      .orderBy(desc(documentPlaces.id))
      .limit(1);
    return last?.id ?? null;
  }

  /** Where a document was, in their order. */
  places(documentId: string): Promise<PlaceRow[]> {
    return this.connection.database
      .select()
      .from(documentPlaces)
      .where(eq(documentPlaces.documentId, documentId))
      .orderBy(asc(documentPlaces.id));
  }

  /** The document that stood at a path after an event. */
  async documentAt(workspaceId: string, path: string, eventSeq: number): Promise<string | null> {
    const { rows } = await this.connection.database.execute<{ id: string }>(sql`
      SELECT document_id AS id FROM (
        SELECT DISTINCT ON (document_id) * FROM document_places
        WHERE workspace_id = ${workspaceId} AND event_seq <= ${eventSeq} AND document_id IN (
          SELECT document_id FROM document_places WHERE workspace_id = ${workspaceId} AND path = ${path})
        ORDER BY document_id, id DESC) last
      WHERE path = ${path} AND is_there ORDER BY last.id DESC LIMIT 1`);
    return rows[0]?.id ?? null;
  }

  /** What the overlay said about a path after an event: its own state, and that of each path it was moved to. */
  async states(workspaceId: string, path: string, eventSeq: number): Promise<OverlayState[]> {
    const { database } = this.connection;
    const rows = await database
      .select()
      .from(overlayStates)
      .where(
        and(
          eq(overlayStates.workspaceId, workspaceId),
          lte(overlayStates.eventSeq, eventSeq),
          or(
            eq(overlayStates.path, path),
            // Where it was moved to once, it may have been moved on from.
            sql`${overlayStates.path} IN (SELECT path FROM overlay_states
              WHERE workspace_id = ${workspaceId} AND from_path = ${path})`,
          ),
        ),
      )
      .orderBy(asc(overlayStates.id));
    return [...new Map(rows.map((row) => [row.path, row])).values()];
  }

  /** Whether anything was ever known of it here. */
  async isKnown(workspaceId: string, path: string): Promise<boolean> {
    const { rows } = await this.connection.database.execute(sql`
      SELECT FROM document_places WHERE workspace_id = ${workspaceId} AND path = ${path}
      UNION ALL SELECT FROM overlay_states WHERE workspace_id = ${workspaceId} AND path = ${path} LIMIT 1`);
    return rows.length > 0;
  }

  /** Whether a push up to an event was about it. */
  async isMergedBy(workspaceId: string, path: string, eventSeq: number): Promise<boolean> {
    const { rows } = await this.connection.database.execute(sql`
      SELECT FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND seq <= ${eventSeq}
        AND type in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged')
        AND type = 'branch.merged' AND payload->'paths' ? ${path} LIMIT 1`);
    return rows.length > 0;
  }

  /** The commit the room stood on after an event; null where none tells. */
  async baseAt(workspaceId: string, eventSeq: number): Promise<{ commit: string | null } | null> {
    const { rows } = await this.connection.database.execute<{ commit: string | null }>(sql`
      SELECT CASE type WHEN 'workspace.opened' THEN payload->>'baseCommit'
          WHEN 'commit.created' THEN payload->>'sha' ELSE payload->>'toCommit' END AS commit
      FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND seq <= ${eventSeq}
        AND type in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged')
      ORDER BY seq DESC LIMIT 1`);
    return rows[0] ?? null;
  }

  /**
   * The last row of a document that was there when an event was written; 0 for
   * none. Rows are in the order of their times, so they need not all be read.
   */
  async rowAt(documentId: string, workspaceId: string, eventSeq: number): Promise<number> {
    const { rows } = await this.connection.database.execute<{ seq: string }>(sql`
      WITH RECURSIVE event AS MATERIALIZED (
        SELECT created_at FROM workspace_events WHERE workspace_id = ${workspaceId} AND seq = ${eventSeq}
      ), search(low, high) AS (
        SELECT 0::bigint, next_seq - 1 FROM documents WHERE id = ${documentId}
        UNION ALL
        SELECT CASE WHEN is_before THEN middle ELSE low END, CASE WHEN is_before THEN high ELSE middle - 1 END
        FROM (
          SELECT low, high, middle, (
            SELECT u.created_at <= (SELECT created_at FROM event)
            FROM document_updates u WHERE u.document_id = ${documentId} AND u.seq = middle
          ) AS is_before
          FROM (SELECT low, high, (low + high + 1) / 2 AS middle FROM search WHERE low < high) halves
        ) looked
      )
      SELECT low AS seq FROM search WHERE low >= high`);
    return Number(rows[0]?.seq ?? 0);
  }

  async lastRow(documentId: string): Promise<number> {
    const [row] = await this.connection.database
      .select({ nextSeq: documents.nextSeq })
      .from(documents)
      .where(eq(documents.id, documentId));
    return (row?.nextSeq ?? 1) - 1;
  }

  /** The first row after one by an actor. */
  async rowBy(documentId: string, after: number, actor: string): Promise<number | null> {
    const [row] = await this.connection.database
      .select({ seq: documentUpdates.seq })
      .from(documentUpdates)
      .where(
        and(
          eq(documentUpdates.documentId, documentId),
          sql`${documentUpdates.seq} > ${after}`,
          eq(documentUpdates.actor, actor),
        ),
      )
      .orderBy(asc(documentUpdates.seq))
      .limit(1);
    return row?.seq ?? null;
  }
}
