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
    /** When it last became another: for a moment a forge may still answer with the one before. */
    baseMovedAt: timestamp({ withTimezone: true }),
    /** Taken by UPDATE ... RETURNING in an event's own transaction: gap-free, in commit order (EVT1). */
    nextEventSeq: bigint({ mode: 'number' }).notNull().default(1),
    /** How the branch stands to the base: while it is not `there`, nothing is committed (GIT3). */
    branchState: text({ enum: ['there', 'forced', 'deleted'] })
      .notNull()
      .default('there'),
    /** Where a `forced` branch stands. */
    branchHead: text(),
    /** What a `deleted` branch is called by now, where that one has a room of its own. */
    branchRenamedTo: text(),
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

/** What was not committed when somebody discarded it all: the undo of each file, the last discarded first brought back. */
export const branchDiscards = pgTable(
  'branch_discards',
  {
    id: uuid().primaryKey().defaultRandom(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    undoIds: uuid().array().notNull().default([]),
    files: integer().notNull().default(0),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    restoredAt: timestamp({ withTimezone: true }),
  },
  (table) => [index().on(table.workspaceId)],
);
