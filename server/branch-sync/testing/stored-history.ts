import type pg from 'pg';
import * as Y from 'yjs';
import { TEXT_NAME } from '../../protocol/document.js';

export type StoredRow = { seq: number; bytes: Buffer; actor: string };

/** Documents as the database has them, row by row. */
export class StoredHistory {
  constructor(
    private readonly database: pg.Client,
    private readonly workspaceId: string,
  ) {}

  async baseCommit(): Promise<string> {
    const { rows } = await this.database.query<{ base_commit: string }>(
      'SELECT base_commit FROM workspaces WHERE id = $1',
      [this.workspaceId],
    );
    return rows[0]!.base_commit;
  }

  /** Every document: where it is, or was, and where the base commit has its file. */
  async documents(): Promise<{ id: string; path: string; origin: string | null; isDeleted: boolean }[]> {
    const { rows } = await this.database.query<{
      id: string;
      path: string;
      kind: string | null;
      from_path: string | null;
      deleted_at: Date | null;
    }>(
      `SELECT d.id, d.path, f.kind, f.from_path, d.deleted_at FROM documents d
       LEFT JOIN workspace_files f ON f.workspace_id = d.workspace_id AND f.path = d.path
       WHERE d.workspace_id = $1 ORDER BY d.path, d.id`,
      [this.workspaceId],
    );
    return rows.map(({ id, path, kind, from_path, deleted_at }) => ({
      id,
      path,
      origin: kind === null ? path : from_path,
      isDeleted: deleted_at !== null,
    }));
  }

  async rows(documentId: string): Promise<StoredRow[]> {
    const { rows } = await this.database.query<StoredRow>(
      'SELECT seq::int AS seq, bytes, actor FROM document_updates WHERE document_id = $1 ORDER BY seq',
      [documentId],
    );
    return rows;
  }

  async text(documentId: string): Promise<string> {
    return textOf(await this.rows(documentId));
  }
}

export function textOf(rows: readonly StoredRow[]): string {
  const document = new Y.Doc();
  document.transact(() => {
    for (const { bytes } of rows) Y.applyUpdate(document, bytes);
  });
  return document.getText(TEXT_NAME).toString();
}
