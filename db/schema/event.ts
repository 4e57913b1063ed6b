import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { workspaces } from './workspace.js';

/** What happened in a workspace, for good: the database refuses UPDATE and DELETE (EVT3). */
export const workspaceEvents = pgTable(
  'workspace_events',
  {
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    seq: bigint({ mode: 'number' }).notNull(),
    type: text().notNull(),
    /** `person:<uuid>`, `git:<sha>` or `system`. */
    actor: text().notNull(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.seq] }),
    // Whether a person was last said to have come or to have gone.
    index('workspace_events_people')
      .on(table.workspaceId, table.actor, table.seq)
      .where(sql`${table.type} in ('person.joined', 'person.left')`),
  ],
);
