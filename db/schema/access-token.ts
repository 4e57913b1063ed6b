import { bigint, index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { repositories } from './repository.js';
import { users } from './user.js';

/** What programs act with, in a person's name. A revoked one stays, so that its program hears what became of it. */
export const accessTokens = pgTable(
  'access_tokens',
  {
    id: uuid().primaryKey().defaultRandom(),
    /** Keyed with PERCH_SECRET where there is one: a copy of this table lets no program in. */
    tokenHash: text().notNull().unique(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    scopes: text().array().notNull(),
    /** Null for every repository the person may see. */
    repositoryId: bigint({ mode: 'number' }).references(() => repositories.id),
    /** `owner/name` as its person saw it then: what it is called since may be hidden from him. */
    repositoryName: text(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
    lastUsedAt: timestamp({ withTimezone: true }),
    revokedAt: timestamp({ withTimezone: true }),
  },
  (table) => [index().on(table.userId)],
);
