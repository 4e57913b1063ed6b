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

test('RUN2 an idle connection is left open for longer than a proxy keeps it', async () => {
  const perch = await PerchServer.start(surroundings);
  const { headers } = await fetch(`${perch.url}/readyz`);
  await perch.stop();
  const [, seconds] = /timeout=(\d+)/.exec(headers.get('keep-alive') ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThan(120);
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

/** How many links may be tried from as many addresses, each said by a proxy on this machine. */
async function triesSaidToBeFrom(perch: PerchServer, addresses: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const address of addresses)
    statuses.push(
      (
        await perch.ask(null, 'POST /api/session', {
          body: { token: 'x'.repeat(43) },
          headers: { 'X-Forwarded-For': address },
        })
      ).status,
    );
  return statuses;
}

test('SEC5 PERCH_PROXY says whose word counts for where a request is from', async () => {
  const one = Array.from({ length: 22 }, () => '203.0.113.1');
  const trusting = await PerchServer.start(surroundings);
  const tries = await triesSaidToBeFrom(trusting, [...one, '203.0.113.2']);
  expect(tries.slice(-2)).toEqual([429, tries[0]]);
  await trusting.stop();
  // Nobody on this machine stands in front: whatever he says he is, he is himself.
  const wary = await PerchServer.start(surroundings, { PERCH_PROXY: '10.0.0.1' });
  const many = Array.from({ length: 22 }, (_, at) => `203.0.113.${at + 1}`);
  expect((await triesSaidToBeFrom(wary, many)).at(-1)).toBe(429);
  await wary.stop();
});

test('RUN6 a large answer is compressed and keeps its ETag; an event stream and a file are not', async () => {
  const file = 'x'.repeat(20_000);
  const own = await startSurroundings({
    files: {
      'large.bin': { bytes: `\0${file}` },
      ...Object.fromEntries(
        Array.from({ length: 400 }, (_, at) => [`folder/component-${at}.ts`, { bytes: 'a\n' }]),
      ),
    },
  });
  const perch = await PerchServer.start(own);
  const cookie = await perch.ownerCookie();
  const id = await perch.open(cookie);
  const encodingOf = (answer: { headers: Headers }) => answer.headers.get('content-encoding');
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${perch.url}/api/${path}`, { headers: { cookie, 'Accept-Encoding': 'gzip', ...headers } });
  const tree = await get(`workspaces/${id}/tree`);
  expect([tree.status, encodingOf(tree)]).toEqual([200, 'gzip']);
  expect(tree.headers.get('vary')).toContain('Accept-Encoding');
  expect(((await tree.json()) as { names: string[] }).names.join('/').split('/')).toHaveLength(401);
  const etag = tree.headers.get('etag')!;
  expect(etag).toMatch(/^W\//);
  for (const encoding of ['gzip', 'identity'])
    expect(
      (
        await get(`workspaces/${id}/tree`, {
          'If-None-Match': etag,
          'Cache-Control': 'max-age=0',
          'Accept-Encoding': encoding,
        })
      ).status,
    ).toBe(304);
  const plain = await get(`workspaces/${id}/tree`, { 'Accept-Encoding': 'identity' });
  expect([plain.status, encodingOf(plain), plain.headers.get('etag')]).toEqual([200, null, etag]);
  const raw = await get(`workspaces/${id}/raw?path=large.bin`);
  expect([encodingOf(raw), raw.headers.get('content-length')]).toEqual([null, '20001']);
  const stream = await get(`workspace/events/stream?owner=${OWNER}&repo=${REPO}&branch=main`);
  expect([stream.status, encodingOf(stream)]).toEqual([200, null]);
  await stream.body?.cancel();
  await perch.stop();
  await own.stop();
});
