import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { documents } from './document.js';
import { objects } from './object.js';
import { workspaces } from './workspace.js';

/*
 * Where files were. Both are written by triggers alone, when a transaction
 * commits, so that nobody who moves a file can forget it; `eventSeq` is the
 * last event then, the transaction's own where it tells one. Of several rows
 * of one number the last counts.
 */

/** Each path that a document has stood at. */
export const documentPlaces = pgTable(
  'document_places',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    documentId: uuid()
      .notNull()
      .references(() => documents.id),
    path: text().notNull(),
    /** False from when it was deleted. */
    isThere: boolean().notNull(),
    eventSeq: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index().on(table.workspaceId, table.path), index().on(table.documentId)],
);

/** Each state of a path in the overlay: as in `workspace_files`, and without a kind where it has no row there. */
export const overlayStates = pgTable(
  'overlay_states',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    path: text().notNull(),
    kind: text({ enum: ['created', 'deleted', 'moved'] }),
    fromPath: text(),
    /** Whether it was a file of bytes that are not committed. */
    hasObject: boolean().notNull().default(false),
    /** Those bytes, which stay for as long as this says that they were there; null where they went before it did. */
    objectId: uuid().references(() => objects.id),
    eventSeq: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [
    index().on(table.workspaceId, table.path),
    index().on(table.workspaceId, table.fromPath),
    index('overlay_states_objects')
      .on(table.objectId)
      .where(sql`${table.objectId} is not null`),
  ],
);
