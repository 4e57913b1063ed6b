import {
  bigint,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { documents } from './document.js';
import { repositories } from './repository.js';
import { users } from './user.js';

/** The room of one branch. Lives for ever; its overlay lies above `baseCommit`. */
export const workspaces = pgTable(
  'workspaces',
  {
    id: uuid().primaryKey().defaultRandom(),
    repositoryId: bigint({ mode: 'number' })
      .notNull()
      .references(() => repositories.id),
    branch: text().notNull(),
    /** Null in an empty repository. */
    baseCommit: text(),
    /** Taken by UPDATE ... RETURNING in an event's own transaction: gap-free, in commit order (EVT1). */
    nextEventSeq: bigint({ mode: 'number' }).notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [unique().on(table.repositoryId, table.branch)],
);

/** When each person last opened each workspace, for the list of recent ones. */
export const workspaceVisits = pgTable(
  'workspace_visits',
  {
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    openedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index().on(table.userId, table.openedAt),
  ],
);

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
