import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { bytea } from './bytea.js';
import { documents } from './document.js';
import { users } from './user.js';
import { workspaces } from './workspace.js';

/**
 * Where a push from outside and what was not committed both changed the same:
 * ours stays where it is, and theirs is kept here until somebody decides. A
 * `text` conflict is a range of a live document, between two Yjs positions.
 */
export const mergeConflicts = pgTable(
  'merge_conflicts',
  {
    id: uuid().primaryKey().defaultRandom(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    /** Where it was found; a document says itself where it is by now. */
    path: text().notNull(),
    kind: text({ enum: ['text', 'deleted-theirs', 'deleted-ours', 'binary', 'path'] }).notNull(),
    documentId: uuid().references(() => documents.id),
    /** Ours, where it is a file of bytes: by it the file is found wherever it was moved. It may be gone since. */
    objectId: uuid(),
    generation: integer(),
    startPosition: bytea(),
    endPosition: bytea(),
    currentText: text(),
    incomingText: text(),
    baseText: text(),
    /** What stands at `incomingPath` in the commit that came in; null where they deleted it. */
    incomingPath: text(),
    incomingSha: text(),
    commitSha: text().notNull(),
    pusher: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    resolvedAt: timestamp({ withTimezone: true }),
    resolvedBy: uuid().references(() => users.id),
    resolution: text({ enum: ['current', 'incoming', 'both', 'superseded'] }),
  },
  (table) => [
    index('merge_conflicts_open')
      .on(table.workspaceId)
      .where(sql`${table.resolvedAt} is null`),
  ],
);
