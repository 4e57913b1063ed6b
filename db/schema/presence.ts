import { bigint, boolean, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.js';

/**
 * Who is where, one row a connection (PRS1). Made UNLOGGED by the migration:
 * a crash of the database empties it, and every process writes its own again.
 * No index but the key, so that an update stays on its page (PRS2).
 */
export const workspacePresence = pgTable('workspace_presence', {
  connectionId: text().primaryKey(),
  processId: uuid().notNull(),
  workspaceId: uuid().notNull(),
  userId: uuid().notNull(),
  /** Counted by the connection: an older state never overwrites a newer. */
  count: bigint({ mode: 'number' }).notNull(),
  path: text(),
  cursorAnchor: bytea(),
  cursorHead: bytea(),
  idle: boolean().notNull().default(false),
  heartbeatAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
