import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { documents } from './document.js';
import { workspaces } from './workspace.js';

/**
 * Where the overlay's tree differs from the base commit's: which paths were
 * created, deleted, or moved from another. Changed text needs no row here;
 * its document tells (seq above cleanSeq).
 */
export const workspaceFiles = pgTable(
  'workspace_files',
  {
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    path: text().notNull(),
    kind: text({ enum: ['created', 'deleted', 'moved'] }).notNull(),
    /** For `moved`: the path at the base commit. */
    fromPath: text(),
    /** For `moved` files that are no text: the blob they keep. */
    blobSha: text(),
    mode: text({ enum: ['100644', '100755', '120000', '160000'] }).notNull(),
    documentId: uuid().references(() => documents.id),
    /** Raised by every change of this row, so that an undo applies only to what it undoes. */
    version: integer().notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.path] })],
);
