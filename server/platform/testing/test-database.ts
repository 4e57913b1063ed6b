import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrateDatabase } from '../../../db/migrate.js';

/** A database of its own on the test run's PostgreSQL, with the real migrations; gone after `drop`. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.PERCH_TEST_DATABASE_URL;
  if (!server)
    throw new Error('PERCH_TEST_DATABASE_URL is not set: run the tests through vitest’s configuration.');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  return { url: url.href, drop: () => run(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
