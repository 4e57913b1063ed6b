import { index, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './user.js';
import { workspaceFiles, workspaces } from './workspace.js';

/** A row of the overlay as it was or became; null where there was none. */
export type OverlayRowImage = typeof workspaceFiles.$inferSelect;

/**
 * What takes one delete or discard back. It applies only while every row it
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
    /** Documents the change removed or moved, with the path to bring each back to. */
    documents: jsonb().$type<{ id: string; path: string; removed: boolean }[]>().notNull(),
    /** A discarded text: the document, what it said before, and the base text it was given. */
    textDocumentId: uuid(),
    textBefore: text(),
    textAfter: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index().on(table.workspaceId)],
);
