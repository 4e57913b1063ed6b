import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  cookieOf,
  OWNER,
  PerchServer,
  REPO,
  startSurroundings,
  type TestSurroundings,
} from './testing/perch-server.js';

let surroundings: TestSurroundings;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings();
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await surroundings.stop();
});

async function connections(): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return Number(rows[0]?.count);
}

test('LAU4 where the port is taken nothing of Perch is left running', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(PerchServer.start(surroundings, { PERCH_PORT: String(port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await expect.poll(connections).toBe(0);
  other.close();
});

test('DOC7 a stop ends sockets and idle connections, stores what it acknowledged, and leaves nothing behind', async () => {
  const perch = await PerchServer.start(surroundings);
  const owner = await perch.ownerCookie();
  const workspaceId = await perch.open(owner);
  const socket = perch.socket(owner);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId });
  const idle = connect(Number(new URL(perch.url).port), '127.0.0.1');
  await new Promise((resolve) => idle.once('connect', resolve));
  idle.resume().on('error', () => undefined);
  const ended = new Promise((resolve) => socket.on('disconnect', resolve));
  const start = performance.now();
  await perch.stop();
  expect(performance.now() - start).toBeLessThan(3_000);
  expect(await ended).toBeTruthy();
  await expect(fetch(perch.url)).rejects.toThrow('fetch failed');
  await expect.poll(connections).toBe(0);
  const { rows } = await database.query('SELECT * FROM workspace_presence');
  expect(rows).toEqual([]);
  idle.destroy();
});

test('RUN2 whoever does not answer the goodbye holds nobody up', async () => {
  const perch = await PerchServer.start(surroundings);
  const { hostname, port } = new URL(perch.url);
  const frozen = connect(Number(port), hostname);
  frozen.write(
    [
      'GET /socket/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  );
  const answer = await new Promise<Buffer>((resolve) => frozen.once('data', resolve));
  expect(answer.toString()).toContain('101 Switching Protocols');
  frozen.pause().on('error', () => undefined);
  const start = performance.now();
  await perch.stop();
  expect(performance.now() - start).toBeLessThan(10_000);
  frozen.destroy();
});

test('SEC2 behind a proxy the cookie is Secure, and its address alone is ours', async () => {
  const perch = await PerchServer.start(surroundings, { PERCH_URL: 'https://perch.example' });
  const token = await perch.ownerToken();
  const answer = await perch.ask(null, 'POST /api/session', {
    body: { token },
    headers: { Origin: 'https://perch.example' },
  });
  expect(answer.headers.getSetCookie()[0]).toMatch(/; Secure;/);
  expect(answer.headers.get('strict-transport-security')).toContain('max-age=');
  const invited = await perch.ask(cookieOf(answer), 'POST /api/invitations', {
    body: { owner: OWNER, repo: REPO, role: 'read', expiresInHours: 1 },
  });
  expect((invited.body as { url: string }).url).toMatch(/^https:\/\/perch\.example\/join#[\w-]{43}$/);
  await perch.stop();
});

test('SEC2 another PERCH_SECRET signs everybody out', async () => {
  const first = await PerchServer.start(surroundings, { PERCH_SECRET: 'a'.repeat(32) });
  const owner = await first.ownerCookie();
  await first.stop();
  const same = await PerchServer.start(surroundings, { PERCH_SECRET: 'a'.repeat(32) });
  expect((await same.ask(owner, 'GET /api/session')).status).toBe(200);
  await same.stop();
  const other = await PerchServer.start(surroundings, { PERCH_SECRET: 'b'.repeat(32) });
  expect((await other.ask(owner, 'GET /api/session')).status).toBe(401);
  await other.stop();
});
