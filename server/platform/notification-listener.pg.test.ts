import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NotificationListener, type Channel } from './notification-listener.js';
import { createTestDatabase } from './testing/test-database.js';

const CHANNELS: readonly Channel[] = ['perch_document', 'perch_event', 'perch_file'];

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let other: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
});

afterAll(async () => {
  await other?.end();
  await database?.drop();
});

it('DOC4 after a cut LISTEN everybody is woken, and every channel is heard again', async () => {
  const warnings: string[] = [];
  const warn = (warning: Error) => warnings.push(warning.message);
  process.on('warning', warn);
  const listener = await NotificationListener.start(database.url);
  try {
    const heard = new Map<Channel, (string | null)[]>(CHANNELS.map((channel) => [channel, []]));
    for (const channel of CHANNELS)
      await listener.listen(channel, (payload) => heard.get(channel)!.push(payload));
    const { rowCount } = await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'perch-listen' AND datname = current_database()`,
    );
    expect(rowCount).toBe(1);
    await expect.poll(() => [...heard.values()].every((payloads) => payloads.includes(null))).toBe(true);
    for (const channel of CHANNELS) await other.query('SELECT pg_notify($1, $1)', [channel]);
    await expect
      .poll(() => CHANNELS.every((channel) => heard.get(channel)!.includes(channel)), { timeout: 5_000 })
      .toBe(true);
    // pg says so where a query is put behind another that still runs.
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', warn);
    await listener.onApplicationShutdown();
  }
});
