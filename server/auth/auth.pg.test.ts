import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cookieOf, PerchServer } from '../testing/perch-server.js';

let perch: PerchServer;
let owner: string;
let database: pg.Client;
beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
  database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
});

const signIn = (token: string) => perch.ask(null, 'POST /api/session', { body: { token } });
const strangersToken = 'A'.repeat(43);

test('SEC2 the printed link signs the owner in once, however many use it at once', async () => {
  const token = await perch.ownerToken();
  const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(token)));
  expect(answers.map((each) => `${each.status}`).toSorted()).toEqual(['200', '410', '410', '410', '410']);
  const first = answers.find((each) => each.status === 200);
  expect(first?.body).toMatchObject({ isOwner: true });
  expect((await signIn(token)).body).toMatchObject({ code: 'gone', retry: false });
});

test('SEC2 a new link ends the one before it, and the sessions stay', async () => {
  const before = await perch.ownerToken();
  const after = await perch.ownerToken();
  expect((await signIn(before)).status).toBe(410);
  expect((await signIn(after)).status).toBe(200);
  expect((await perch.ask(owner, 'GET /api/session')).status).toBe(200);
});

test('SEC2 the cookie is httpOnly and SameSite, and the database keeps no secret of it', async () => {
  const answer = await signIn(await perch.ownerToken());
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^perch_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { rows } = await database.query<{ kept: string }>(
    `SELECT string_agg(t::text, ' ') AS kept FROM (SELECT * FROM login_sessions) t`,
  );
  expect(rows[0]?.kept).not.toContain(cookieOf(answer).split('=')[1]);
});

test('SEC2 a session ends where it is signed out, has expired or never was', async () => {
  const mine = cookieOf(await signIn(await perch.ownerToken()));
  expect((await perch.ask(mine, 'GET /api/session')).status).toBe(200);
  const out = await perch.ask(mine, 'DELETE /api/session');
  expect(out.headers.getSetCookie()[0]).toMatch(/^perch_session=; Max-Age=0;/);
  const expired = cookieOf(await signIn(await perch.ownerToken()));
  await database.query(
    `UPDATE login_sessions SET expires_at = now() - interval '1 second'
     WHERE created_at = (SELECT max(created_at) FROM login_sessions)`,
  );
  for (const cookie of [mine, expired, `perch_session=${strangersToken}`, 'perch_session=', 'x=y', null]) {
    const answer = await perch.ask(cookie, 'GET /api/session');
    expect([cookie, answer.status]).toEqual([cookie, 401]);
    expect(answer.body).toMatchObject({ code: 'unauthenticated' });
  }
});

test('SEC2 a session in use is prolonged, a day at a time', async () => {
  const mine = cookieOf(await signIn(await perch.ownerToken()));
  const newest = 'WHERE created_at = (SELECT max(created_at) FROM login_sessions)';
  await database.query(`UPDATE login_sessions SET expires_at = now() + interval '3 days' ${newest}`);
  await perch.ask(mine, 'GET /api/session');
  const { rows } = await database.query<{ days: string }>(
    `SELECT round(extract(epoch FROM expires_at - now()) / 86400) AS days FROM login_sessions ${newest}`,
  );
  expect(rows).toEqual([{ days: '30' }]);
});

test('SEC2 only a page of ours may change anything with a cookie', async () => {
  const own = perch.url;
  const { port } = new URL(own);
  const cases: [headers: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ Origin: own }, 200],
    [{ Origin: own, 'Sec-Fetch-Site': 'same-origin' }, 200],
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ Origin: `http://127.0.0.1:${Number(port) + 1}` }, 403],
    [{ Origin: `https://127.0.0.1:${port}` }, 403],
    [{ Origin: `http://localhost:${port}` }, 403],
    [{ Origin: `${own}.evil.example` }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
  ];
  for (const [headers, status] of cases) {
    const answer = await perch.ask(owner, 'PATCH /api/session', { body: { name: 'Alice' }, headers });
    expect([headers, answer.status]).toEqual([headers, status]);
  }
});

test('SEC2 a socket of a foreign page, a stranger or another version is refused in its handshake', async () => {
  const closing: (() => void)[] = [];
  const refusal = (...given: Parameters<PerchServer['socket']>) =>
    new Promise<string>((resolve) => {
      const socket = perch.socket(...given);
      socket.on('connect', () => resolve('connected'));
      socket.on('connect_error', (error) => {
        const { data } = error as Error & { data?: { code: string } };
        resolve(data?.code ?? error.message);
      });
      closing.push(() => socket.disconnect());
      socket.connect();
    });
  expect(await refusal(owner)).toBe('connected');
  expect(await refusal(owner, { origin: perch.url })).toBe('connected');
  expect(await refusal(owner, { origin: 'https://evil.example' })).toBe('websocket error');
  expect(await refusal(owner, { origin: 'null' })).toBe('websocket error');
  expect(await refusal(owner, { host: 'evil.example' })).toBe('websocket error');
  expect(await refusal(null)).toBe('unauthenticated');
  expect(await refusal(`perch_session=${strangersToken}`)).toBe('unauthenticated');
  expect(await refusal(owner, {}, 0)).toBe('conflict');
  for (const close of closing) close();
});

test('SEC2 signing out ends the sockets of that session and of no other', async () => {
  const mine = cookieOf(await signIn(await perch.ownerToken()));
  const [leaving, staying] = [perch.socket(mine), perch.socket(owner)];
  await Promise.all(
    [leaving, staying].map(
      (socket) => new Promise<void>((resolve) => socket.on('connect', resolve).connect()),
    ),
  );
  const ended = new Promise((resolve) => leaving.on('disconnect', resolve));
  await perch.ask(mine, 'DELETE /api/session');
  expect(await ended).toBe('io server disconnect');
  expect(staying.connected).toBe(true);
  staying.disconnect();
});

test('SEC2 the owner says who he is', async () => {
  const answer = await perch.ask(owner, 'PATCH /api/session', {
    body: { name: '  Alice ', email: 'alice@example.com' },
  });
  expect(answer.body).toMatchObject({ name: 'Alice', email: 'alice@example.com', isOwner: true });
  expect((await perch.ask(owner, 'GET /api/session')).body).toEqual(answer.body);
  for (const name of ['', '\u202ealice', 'a\nb', '<b>']) {
    const refused = await perch.ask(owner, 'PATCH /api/session', { body: { name } });
    expect([name, refused.status]).toEqual([name, 400]);
  }
});
