import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';

/** Of a copied row no process is the author: all of them read it. */
const NO_PROCESS = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class BranchOffRepository {
  /** Documents before workspaces: the order of every lock. Nothing is written above either base until the transaction ends. */
  async lock(transaction: Transaction, from: string, to: string): Promise<void> {
    await transaction.execute(
      sql`SELECT id FROM documents WHERE workspace_id IN (${from}, ${to}) ORDER BY id FOR UPDATE`,
    );
    await transaction.execute(
      sql`SELECT id FROM workspaces WHERE id IN (${from}, ${to}) ORDER BY id FOR UPDATE`,
    );
  }

  async baseCommit(transaction: Transaction, workspaceId: string): Promise<string | null> {
    const { rows } = await transaction.execute<{ base: string | null }>(
      sql`SELECT base_commit AS base FROM workspaces WHERE id = ${workspaceId}`,
    );
    return rows[0]?.base ?? null;
  }

  async openConflicts(transaction: Transaction, workspaceId: string): Promise<number> {
    const { rows } = await transaction.execute<{ count: string }>(
      sql`SELECT count(*) FROM merge_conflicts WHERE workspace_id = ${workspaceId} AND resolved_at IS NULL`,
    );
    return Number(rows[0]?.count ?? 0);
  }

  async isUntouched(transaction: Transaction, workspaceId: string): Promise<boolean> {
    const { rows } = await transaction.execute(
      sql`SELECT FROM documents WHERE workspace_id = ${workspaceId}
          UNION ALL SELECT FROM workspace_files WHERE workspace_id = ${workspaceId} LIMIT 1`,
    );
    return rows.length === 0;
  }

  /**
   * All that lies above the base, to a room on the same base: the overlay's rows,
   * and the documents that differ or were moved, row by row, so that who wrote
   * what comes along (DOC9). What equals the base is seeded there when it is opened.
   */
  async copy(transaction: Transaction, from: string, to: string): Promise<void> {
    await transaction.execute(sql`
      WITH copied AS MATERIALIZED (
        SELECT id AS old, gen_random_uuid() AS new FROM documents d
        WHERE workspace_id = ${from} AND deleted_at IS NULL AND (
          next_seq > clean_seq + 1
          OR EXISTS (SELECT FROM workspace_files f WHERE f.workspace_id = ${from} AND f.document_id = d.id))
      ), documents_made AS (
        INSERT INTO documents (id, workspace_id, path, generation, next_seq, clean_seq, base_sha, mode,
          line_ending, byte_order_mark, object_id)
        SELECT c.new, ${to}, d.path, d.generation, d.next_seq, d.clean_seq, d.base_sha, d.mode,
          d.line_ending, d.byte_order_mark, d.object_id
        FROM documents d JOIN copied c ON c.old = d.id
      ), updates_made AS (
        INSERT INTO document_updates (document_id, seq, generation, bytes, actor, process_id, created_at)
        SELECT c.new, u.seq, u.generation, u.bytes, u.actor, ${NO_PROCESS}, u.created_at
        FROM document_updates u JOIN copied c ON c.old = u.document_id
      ), snapshots_made AS (
        INSERT INTO document_snapshots (document_id, generation, seq, bytes)
        SELECT c.new, s.generation, s.seq, s.bytes
        FROM document_snapshots s JOIN copied c ON c.old = s.document_id
      ), clients_made AS (
        INSERT INTO document_clients (document_id, client_id, actor)
        SELECT c.new, k.client_id, k.actor FROM document_clients k JOIN copied c ON c.old = k.document_id
      )
      INSERT INTO workspace_files (workspace_id, path, kind, from_path, blob_sha, mode, document_id, object_id)
      SELECT ${to}, f.path, f.kind, f.from_path, f.blob_sha, f.mode, c.new, f.object_id
      FROM workspace_files f LEFT JOIN copied c ON c.old = f.document_id
      WHERE f.workspace_id = ${from}`);
  }
}
