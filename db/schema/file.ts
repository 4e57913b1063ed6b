import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { documents } from './document.js';
import { objects } from './object.js';
import { users } from './user.js';
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
    /** For a `created` file that is no text: its bytes. */
    objectId: uuid().references(() => objects.id),
    /** Raised by every change of this row, so that an undo applies only to what it undoes. */
    version: integer().notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.path] })],
);

/** A row of the overlay as it was or became; null where there was none. */
export type OverlayRowImage = typeof workspaceFiles.$inferSelect;

/** How a text becomes bytes, as it was before. */
export type TextStyleImage = Pick<typeof documents.$inferSelect, 'lineEnding' | 'byteOrderMark' | 'objectId'>;

/** A document that a change removed, made, or moved; undone it is back at its path, in its style. */
export type UndoneDocument = {
  id: string;
  path: string;
  removed: boolean;
  made?: boolean;
  style?: TextStyleImage;
};

/**
 * What takes one delete, discard or replacement back. It applies only while every row it
 * names is still what that change made of it (`after`), so it never undoes
 * somebody else's work.
 */
export const fileUndos = pgTable(
  'file_undos',
  {
    id: uuid().primaryKey().defaultRandom(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    path: text().notNull(),
    /** The overlay's rows that the change touched: before and after it. */
    rows: jsonb()
      .$type<{ path: string; before: OverlayRowImage | null; after: OverlayRowImage | null }[]>()
      .notNull(),
    documents: jsonb().$type<UndoneDocument[]>().notNull(),
    /** What it may bring back, and must still be there. */
    objectIds: uuid().array().notNull().default([]),
    /** A discarded text: the document, what it said before, and the base text it was given. */
    textDocumentId: uuid(),
    textBefore: text(),
    textAfter: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index().on(table.workspaceId)],
);
