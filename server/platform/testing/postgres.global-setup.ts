import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../embedded/postgres.js';
import { createTemplateDatabase } from './test-database.js';

/** One PostgreSQL for the whole run; each test takes copies of one migrated database in it (see test-database.ts). */
export default async function setup(): Promise<() => Promise<void>> {
  const { PERCH_TEST_DATABASE_URL: given, PERCH_TEST_TEMPLATE: template } = process.env;
  // Another project of this run has made them.
  if (given && template) return () => Promise.resolve();
  if (given) return createTemplateDatabase(given);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'perch-test-postgres-'));
  const postgres = await startEmbeddedPostgres({ dataDirectory });
  await doWithoutDisk(postgres.url);
  process.env.PERCH_TEST_DATABASE_URL = postgres.url;
  await createTemplateDatabase(postgres.url);
  return async () => {
    delete process.env.PERCH_TEST_DATABASE_URL;
    await postgres.stop();
    await removeEmbeddedPostgres(dataDirectory);
  };
}

/** What this run stores has to outlive processes, not the machine. */
async function doWithoutDisk(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const setting of ['fsync', 'full_page_writes'])
      await client.query(`ALTER SYSTEM SET ${setting} = off`);
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
}
