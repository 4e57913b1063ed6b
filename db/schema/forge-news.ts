import { index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { workspaces } from './workspace.js';

/**
 * How what stands beside a branch on the forge was said to be last: a pull
 * request, a review, a check. What was said of it before that changes nothing.
 */
export const forgeNews = pgTable(
  'forge_news',
  {
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    /** `pull-request:12`, `review:998`, `check:ci:build`. */
    subject: text().notNull(),
    /** The commit it is of, where it is a check. */
    sha: text(),
    state: text().notNull(),
    /** Of two states of the same second the higher one came later. */
    rank: integer().notNull(),
    /** By the forge's clock, which counts whole seconds. */
    saidAt: timestamp({ withTimezone: true }).notNull(),
    storedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.subject] }), index().on(table.storedAt)],
);
