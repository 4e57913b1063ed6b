import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  OWNER,
  PerchServer,
  REPO,
  startSurroundings,
  type TestSurroundings,
} from '../testing/perch-server.js';

let surroundings: TestSurroundings;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings();
  database = new pg.Client({ connectionString: surroundings.databaseUrl, application_name: 'the test' });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await surroundings.stop();
});

type Answer = { status: number; body: string; connection: string | undefined };

/** As a balancer asks: by an address, over a connection of its own. */
function probe(perch: PerchServer, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    http
      .get(`${perch.url}${path}`, { headers, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, connection: response.headers.connection }),
        );
      })
      .on('error', reject);
  });
}

test('RUN1 anybody may ask, by any name, and is told yes or no alone', async () => {
  const perch = await PerchServer.start(surroundings);
  for (const path of ['/livez', '/readyz'])
    expect(await probe(perch, path, { host: '10.0.0.7:4600' })).toMatchObject({ status: 200, body: 'yes\n' });
  await perch.stop();
});

test('RUN1 without its database, its LISTEN or its newest schema it lives and is not ready', async () => {
  const perch = await PerchServer.start(surroundings);
  const readiness = async () => (await probe(perch, '/readyz')).body;
  expect(await readiness()).toBe('yes\n');
  const name = new URL(surroundings.databaseUrl).pathname.slice(1);
  const server = new pg.Client({ connectionString: process.env.PERCH_TEST_DATABASE_URL });
  await server.connect();
  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await server.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name <> 'the test'`,
    [name],
  );
  await expect.poll(readiness, { timeout: 10_000 }).toBe('no\n');
  expect((await probe(perch, '/livez')).status).toBe(200);
  await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await server.end();
  await expect.poll(readiness, { timeout: 10_000 }).toBe('yes\n');

  const newest = 'SELECT max(created_at) FROM drizzle.__drizzle_migrations';
  await database.query(`CREATE TABLE aside AS SELECT * FROM drizzle.__drizzle_migrations`);
  await database.query(`DELETE FROM drizzle.__drizzle_migrations WHERE created_at = (${newest})`);
  await expect.poll(readiness, { timeout: 10_000 }).toBe('no\n');
  await database.query(`TRUNCATE drizzle.__drizzle_migrations`);
  await database.query(`INSERT INTO drizzle.__drizzle_migrations SELECT * FROM aside`);
  await expect.poll(readiness, { timeout: 10_000 }).toBe('yes\n');
  await perch.stop();
});

test('RUN1 without its object store it is not ready', async () => {
  const s3 = http.createServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
  await once(s3, 'listening');
  const perch = await PerchServer.start(surroundings, {
    PERCH_S3_URL: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
    PERCH_S3_ACCESS_KEY: 'key',
    PERCH_S3_SECRET_KEY: 'secret',
  });
  expect(await probe(perch, '/readyz')).toMatchObject({ status: 503, body: 'no\n' });
  await perch.stop();
  s3.closeAllConnections();
  s3.close();
});

test('RUN2 stopping, it says so first, answers on, lets nobody new in, and ends what is under way well', async () => {
  const perch = await PerchServer.start(surroundings, { PERCH_DRAIN_SECONDS: '1' });
  const owner = await perch.ownerCookie();
  await perch.open(owner);
  const address = `${perch.url}/api/workspace/events/stream?owner=${OWNER}&repo=${REPO}&branch=main`;
  const stream = await fetch(address, { headers: { cookie: owner } });
  const streamed = stream.text();
  // A request that is not answered until we say so.
  const lock = new pg.Client({ connectionString: surroundings.databaseUrl });
  await lock.connect();
  await lock.query('BEGIN');
  await lock.query('LOCK TABLE user_settings IN ACCESS EXCLUSIVE MODE');
  const slow = perch.ask(owner, 'GET /api/settings');
  await expect
    .poll(async () => {
      const { rows } = await database.query(`SELECT FROM pg_locks WHERE NOT granted`);
      return rows.length;
    })
    .toBe(1);

  const stopped = perch.stop();
  expect(await probe(perch, '/readyz')).toMatchObject({ status: 503, body: 'no\n' });
  expect(await probe(perch, '/livez')).toMatchObject({ status: 200 });
  expect((await perch.ask(owner, 'GET /api/session')).headers.get('connection')).toBe('close');
  const socket = perch.socket(owner);
  const refused = new Promise<{ data?: { retry?: boolean } }>((resolve) =>
    socket.on('connect_error', resolve),
  );
  socket.connect();
  expect((await refused).data).toMatchObject({ code: 'unavailable', retry: true });

  await expect.poll(() => probe(perch, '/livez').catch(() => 'gone'), { timeout: 10_000 }).toBe('gone');
  await lock.query('COMMIT');
  expect((await slow).status).toBe(200);
  expect(await streamed).toContain('retry: ');
  await stopped;
  await lock.end();
});
