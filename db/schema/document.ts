import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.js';
import { objects } from './object.js';
import { workspaces } from './workspace.js';

/** One text file of a workspace that somebody has opened or created (DOC1). */
export const documents = pgTable(
  'documents',
  {
    id: uuid().primaryKey().defaultRandom(),
    workspaceId: uuid()
      .notNull()
      .references(() => workspaces.id),
    path: text().notNull(),
    /** Raised when the content is replaced as a whole; rows of older generations are history. */
    generation: integer().notNull().default(1),
    /** Taken by UPDATE ... RETURNING in an append's own transaction: no gaps, in commit order (DOC4). */
    nextSeq: bigint({ mode: 'number' }).notNull().default(1),
    /** Up to this number the text is known to equal the base blob's. */
    cleanSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** The blob it was seeded from or last committed as; null for a created file. */
    baseSha: text(),
    mode: text({ enum: ['100644', '100755'] })
      .notNull()
      .default('100644'),
    /** How the file ends its lines; text is LF inside (DOC10). */
    lineEnding: text({ enum: ['lf', 'crlf', 'mixed'] })
      .notNull()
      .default('lf'),
    byteOrderMark: boolean().notNull().default(false),
    /** Where its mixed line ends are to be found until a commit has them: the bytes that were uploaded. */
    objectId: uuid().references(() => objects.id),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Its path was deleted in the overlay; the text is kept for undo and history. */
    deletedAt: timestamp({ withTimezone: true }),
  },
  // Two seeds of one path would double the text.
  (table) => [
    uniqueIndex('documents_workspace_path')
      .on(table.workspaceId, table.path)
      .where(sql`${table.deletedAt} is null`),
  ],
);

/** The history of every document, kept for good (DOC6). */
export const documentUpdates = pgTable(
  'document_updates',
  {
    documentId: uuid()
      .notNull()
      .references(() => documents.id),
    seq: bigint({ mode: 'number' }).notNull(),
    generation: integer().notNull(),
    bytes: bytea().notNull(),
    /** `person:<uuid>`, `git:<sha>` or `system`. */
    actor: text().notNull(),
    /** The server process it came from, so that nobody hears himself twice. */
    processId: uuid().notNull(),
    /** When it was written, under the document's lock: in the order of the numbers. */
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.seq] })],
);

/** A cache of the rows up to `seq`; it may be dropped at any time (DOC6). */
export const documentSnapshots = pgTable('document_snapshots', {
  documentId: uuid()
    .primaryKey()
    .references(() => documents.id),
  generation: integer().notNull(),
  seq: bigint({ mode: 'number' }).notNull(),
  bytes: bytea().notNull(),
});

/** Which person (or seed) a Yjs client id belongs to within a document (DOC9). */
export const documentClients = pgTable(
  'document_clients',
  {
    documentId: uuid()
      .notNull()
      .references(() => documents.id),
    clientId: bigint({ mode: 'number' }).notNull(),
    actor: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.documentId, table.clientId] })],
);
