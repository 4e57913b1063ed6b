import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * A delivery that the forge has signed and Perch has taken. By its guid the
 * same one is not handled twice; what it said is not kept. Removed when the
 * forge cannot send it again any more.
 */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    guid: text().primaryKey(),
    event: text().notNull(),
    state: text({ enum: ['taken', 'done', 'failed'] })
      .notNull()
      .default('taken'),
    receivedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index().on(table.receivedAt)],
);
