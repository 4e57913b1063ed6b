import { pgTable, text, timestamp, uuid, jsonb } from 'drizzle-orm/pg-core';
import { users } from './user.js';
import { workspaces } from './workspace.js';

/** One path of a commit: the blob written (null where the path went) and the document and sequence number whose text it is. */
export type CommittedFile = {
  path: string;
  sha: string | null;
  mode: '100644' | '100755' | '120000' | '160000';
  /** For a moved file: where it was in the parent commit. */
  fromPath: string | null;
  documentId: string | null;
  /** The object whose bytes it is. */
  objectId?: string;
  seq: number | null;
};

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
  message: text().notNull().default(''),
  files: jsonb().$type<CommittedFile[]>().notNull(),
  state: text({ enum: ['intended', 'made', 'refused'] })
    .notNull()
    .default('intended'),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
