import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Work that one process does for all: whoever holds it renews it, and who does not in time has lost it. */
export const leases = pgTable('leases', {
  name: text().primaryKey(),
  processId: uuid().notNull(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
});
