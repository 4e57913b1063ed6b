import { bigint, index, pgTable, primaryKey, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
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
