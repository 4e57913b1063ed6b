import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DatabaseConnection } from './database.js';
import { createTestDatabase } from './testing/test-database.js';

let stored: Awaited<ReturnType<typeof createTestDatabase>>;
let connection: DatabaseConnection;

beforeAll(async () => {
  stored = await createTestDatabase();
  connection = new DatabaseConnection(stored.url);
});

afterAll(async () => {
  await connection?.onApplicationShutdown();
  await stored?.drop();
});

it('EMB5 a connection that breaks between two statements fails its transaction, not the process', async () => {
  const unheard: string[] = [];
  const hear = (error: Error) => unheard.push(error.message);
  process.on('uncaughtException', hear);
  try {
    const ended = new Promise((resolve) =>
      connection.pool.once('connect', (client) => client.once('end', () => resolve(undefined))),
    );
    const broken = connection.transaction(async (transaction) => {
      const { rows } = await transaction.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      await connection.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await ended;
      await transaction.execute(sql`SELECT 1`);
    });
    await expect(broken).rejects.toThrow('Failed query');
  } finally {
    process.off('uncaughtException', hear);
  }
  expect(unheard).toEqual([]);
  const { rows } = await connection.pool.query('SELECT 1 AS one');
  expect(rows).toEqual([{ one: 1 }]);
});
