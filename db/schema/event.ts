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
    /** When it was written, under the workspace's lock: in the order of the numbers, and of what it tells. */
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.seq] }),
    // Whether a person was last said to have come or to have gone.
    index('workspace_events_people')
      .on(table.workspaceId, table.actor, table.seq)
      .where(sql`${table.type} in ('person.joined', 'person.left')`),
    // How files came by their names.
    index('workspace_events_names')
      .on(table.workspaceId, table.seq)
      .where(sql`${table.type} in ('file.created', 'file.moved')`),
    // On which commit the room stood, and where a burst of typing ended at the latest.
    index('workspace_events_bases')
      .on(table.workspaceId, table.seq)
      .where(
        sql`${table.type} in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged')`,
      ),
  ],
);
