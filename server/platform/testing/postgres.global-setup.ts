import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../embedded/postgres.js';

/** One PostgreSQL for the whole run; each test file takes its own database in it (see test-database.ts). */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.PERCH_TEST_DATABASE_URL) return undefined;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'perch-test-postgres-'));
  const postgres = await startEmbeddedPostgres({ dataDirectory });
  process.env.PERCH_TEST_DATABASE_URL = postgres.url;
  return async () => {
    delete process.env.PERCH_TEST_DATABASE_URL;
    await postgres.stop();
    await removeEmbeddedPostgres(dataDirectory);
  };
}
