import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { createDatabase } from './client.js';

/** Two processes that start at once must not migrate at once. Any fixed number will do. */
const MIGRATION_LOCK = 7_031_975;

/** Brings the database at `url` to the newest schema. Safe to call from many processes at once. */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // The statement under way fails with it; between two, the next one does.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(createDatabase(client as unknown as pg.PoolClient), {
      migrationsFolder: migrationsFolder(),
    });
  } finally {
    await client.end();
  }
}

/** When the newest migration that this program knows was written, in milliseconds: by this the database remembers it. */
export function newestMigration(): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder(), 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  return Math.max(...journal.entries.map(({ when }) => when));
}

/** The SQL files stand in the sources only: this file runs from `db/` and from `dist/db/`. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'db', 'migrations');
}
