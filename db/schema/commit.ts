import { pgTable, text, timestamp, uuid, jsonb } from 'drizzle-orm/pg-core';
import { users } from './user.js';
import { workspaces } from './workspace.js';

/**
 * A commit that was about to be made, written before the ref moves: after a
 * cut connection, looking at the branch for `sha` settles whether it was.
 */
export const commits = pgTable('commits', {
  id: uuid().primaryKey().defaultRandom(),
  workspaceId: uuid()
    .notNull()
    .references(() => workspaces.id),
  userId: uuid()
    .notNull()
    .references(() => users.id),
  sha: text().notNull(),
  parentSha: text(),
  /** Path by path: the blob written and the document and sequence number whose text it is. */
  files: jsonb()
    .$type<{ path: string; sha: string | null; documentId: string | null; seq: number | null }[]>()
    .notNull(),
  state: text({ enum: ['intended', 'made', 'refused'] })
    .notNull()
    .default('intended'),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
