import { bigint, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './user.js';

/**
 * Bytes in the object store, of which the store itself knows only the id.
 * Written before the bytes are, so that whatever a crash leaves there is known
 * here; removed after them, when no file, text, undo or past of a room refers to it any more.
 */
export const objects = pgTable('objects', {
  id: uuid().primaryKey().defaultRandom(),
  size: bigint({ mode: 'number' }).notNull(),
  /** The id git gives these bytes; null until they are stored whole. */
  sha: text(),
  /** Why it is no editable text; null for the bytes that a text was made of. */
  reason: text({ enum: ['binary', 'encoding', 'too-large', 'lfs'] }),
  /** Who brought it. */
  userId: uuid()
    .notNull()
    .references(() => users.id),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
