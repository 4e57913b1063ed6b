import { bigint, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './user.js';

/**
 * Who a person is on the forge, by the forge's own id: logins and addresses
 * change hands. The tokens are encrypted under a key that no database has
 * (SEC3), and null once he has signed out or the forge refuses them.
 */
export const forgeAccounts = pgTable('forge_accounts', {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  forgeUserId: bigint({ mode: 'number' }).notNull().unique(),
  login: text().notNull(),
  /** What the forge lets be known: a verified public address, or its noreply form. */
  email: text().notNull(),
  accessToken: text(),
  refreshToken: text(),
  /** Null for a token that does not expire. */
  expiresAt: timestamp({ withTimezone: true }),
  refreshExpiresAt: timestamp({ withTimezone: true }),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
