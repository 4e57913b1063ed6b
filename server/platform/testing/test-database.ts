import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrateDatabase } from '../../../db/migrate.js';

/** Makes what `createTestDatabase` copies, with the real migrations; returns what removes it. */
export async function createTemplateDatabase(server: string): Promise<() => Promise<void>> {
  const name = newName();
  await run(server, `CREATE DATABASE ${name}`);
  await migrateDatabase(urlOf(server, name));
  process.env.PERCH_TEST_TEMPLATE = name;
  return async () => {
    delete process.env.PERCH_TEST_TEMPLATE;
    await run(server, `DROP DATABASE ${name}`);
  };
}

/** A database of its own on the test run’s PostgreSQL, migrated; gone after `drop`. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const { PERCH_TEST_DATABASE_URL: server, PERCH_TEST_TEMPLATE: template } = process.env;
  if (!server || !template)
    throw new Error('There is no PostgreSQL for tests: run them through vitest’s configuration.');
  const name = newName();
  await run(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: urlOf(server, name),
    drop: () => run(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

const newName = () => `test_${randomUUID().replaceAll('-', '')}`;

function urlOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
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
