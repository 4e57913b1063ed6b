import { bigint, boolean, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { users } from './user.js';

/** Keyed by the forge's repository id: names change, ids do not (NAM1). */
export const repositories = pgTable('repositories', {
  id: bigint({ mode: 'number' }).primaryKey(),
  owner: text().notNull(),
  name: text().notNull(),
  defaultBranch: text().notNull(),
  private: boolean().notNull(),
  description: text(),
  url: text(),
  refreshedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

/** Who was let in by an invitation. The owner needs no row. */
export const repositoryMembers = pgTable(
  'repository_members',
  {
    repositoryId: bigint({ mode: 'number' })
      .notNull()
      .references(() => repositories.id),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    role: text({ enum: ['read', 'write'] }).notNull(),
    invitationId: uuid().references(() => invitations.id),
    joinedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.repositoryId, table.userId] })],
);

export const invitations = pgTable('invitations', {
  id: uuid().primaryKey().defaultRandom(),
  tokenHash: text().notNull().unique(),
  repositoryId: bigint({ mode: 'number' })
    .notNull()
    .references(() => repositories.id),
  role: text({ enum: ['read', 'write'] }).notNull(),
  createdBy: uuid()
    .notNull()
    .references(() => users.id),
  uses: integer().notNull().default(0),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  expiresAt: timestamp({ withTimezone: true }).notNull(),
  revokedAt: timestamp({ withTimezone: true }),
});
