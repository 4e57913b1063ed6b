import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GitGithub } from '../commit/testing/git-github.js';
import type { AccessScope, AccessToken } from '../protocol/access-token.js';
import type { HttpRoute } from '../protocol/http-routes.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

const ALL: AccessScope[] = ['presence:read', 'presence:write', 'events:read', 'events:write'];
const room = { owner: OWNER, repo: REPO, branch: 'main' };

let perch: PerchServer;
let owner: string;
let database: pg.Client;
let other: GitGithub;
beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
  database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
  await database.connect();
  other = new GitGithub({ 'a.txt': { bytes: 'a\n' } });
  await perch.surroundings.forge.addRepository({ owner: OWNER, name: 'Other', path: other.bare });
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  other.remove();
});

type Made = { accessToken: AccessToken; secret: string };

async function make(
  given: {
    scopes?: AccessScope[];
    repository?: { owner: string; repo: string } | null;
    cookie?: string;
  } = {},
): Promise<Made> {
  const { scopes = ALL, repository = null, cookie = owner } = given;
  const answer = await perch.ask(cookie, 'POST /api/access-tokens', {
    body: { name: 'a bot', scopes, repository, expiresInDays: 30 },
  });
  expect([answer.status, answer.body]).toMatchObject([200, {}]);
  return answer.body as Made;
}

const routes: { route: HttpRoute; scope: AccessScope; body?: object }[] = [
  { route: 'GET /api/workspace/presence', scope: 'presence:read' },
  { route: 'PUT /api/workspace/presence', scope: 'presence:write', body: { path: 'README.md' } },
  { route: 'GET /api/workspace/events', scope: 'events:read' },
  { route: 'POST /api/workspace/events', scope: 'events:write', body: { type: 'integration.pinged' } },
];

const call = (
  secret: string,
  route: HttpRoute,
  body?: object,
  query: Record<string, string> = room,
  headers = {},
) => perch.ask(null, route, { query, body, headers: { Authorization: `Bearer ${secret}`, ...headers } });

const read = (secret: string, query: Record<string, string> = room) =>
  call(secret, 'GET /api/workspace/events', undefined, query);

test('SEC2 each route takes a token that has its scope, and no other', async () => {
  for (const { route, scope, body } of routes) {
    const able = await make({ scopes: [scope] });
    const unable = await make({ scopes: ALL.filter((each) => each !== scope) });
    expect([route, (await call(able.secret, route, body)).status]).toEqual([route, 200]);
    const refused = await call(unable.secret, route, body);
    expect([route, refused.status]).toEqual([route, 403]);
    expect(refused.body).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining(scope) as string,
    });
  }
  const stream = await call(
    (await make({ scopes: ['events:write'] })).secret,
    'GET /api/workspace/events/stream',
  );
  expect(stream.status).toBe(403);
});

test('SEC2 a token that is unknown, malformed, expired or revoked is refused, saying so', async () => {
  const revoked = await make();
  const away = await perch.ask(owner, 'DELETE /api/access-tokens/:id', {
    params: { id: revoked.accessToken.id },
  });
  expect(away.status).toBe(200);
  const expired = await make();
  await database.query(`UPDATE access_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    expired.accessToken.id,
  ]);
  const cases: [secret: string, says: string][] = [
    [`perch_${'A'.repeat(43)}`, 'not known'],
    ['x', 'not known'],
    ['', 'not known'],
    [revoked.secret, 'revoked'],
    [expired.secret, 'expired'],
  ];
  for (const [secret, says] of cases) {
    const answer = await read(secret);
    expect([secret, answer.status]).toEqual([secret, 401]);
    expect(answer.body).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining(says) as string,
    });
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  }
  expect((await perch.ask(null, 'GET /api/workspace/events', { query: room })).status).toBe(401);
  // Never in the query, where logs and histories keep it.
  const inQuery = { ...room, access_token: (await make()).secret };
  expect((await perch.ask(null, 'GET /api/workspace/events', { query: inQuery })).status).toBe(401);
});

test('SEC1 a token for one repository finds no other, in the words for one there is not', async () => {
  const { secret } = await make({ repository: { owner: OWNER.toLowerCase(), repo: REPO } });
  expect((await read(secret)).status).toBe(200);
  const [hidden, none] = [
    await read(secret, { ...room, repo: 'Other' }),
    await read(secret, { ...room, repo: 'nothing' }),
  ];
  expect([hidden.status, none.status]).toEqual([404, 404]);
  expect(hidden.body).toEqual(none.body);
  expect((await read((await make()).secret, { ...room, repo: 'Other' })).status).toBe(200);
  expect((await read(secret, { ...room, branch: 'no-such-branch' })).status).toBe(404);
});

test('SEC1 a token never may more than its person', async () => {
  const watcher = await perch.invite(owner, 'read', 'Carol');
  const { secret } = await make({ cookie: watcher });
  expect((await read(secret)).status).toBe(200);
  expect((await call(secret, 'POST /api/workspace/events', { type: 'integration.pinged' })).status).toBe(403);
  expect((await read(secret, { ...room, repo: 'Other' })).status).toBe(404);
  expect(
    (await perch.ask(watcher, 'GET /api/workspace/events', { query: { ...room, repo: 'Other' } })).status,
  ).toBe(404);
  const bound = await perch.ask(watcher, 'POST /api/access-tokens', {
    body: { name: 'x', scopes: ALL, repository: { owner: OWNER, repo: 'Other' }, expiresInDays: 1 },
  });
  expect(bound.status).toBe(404);
  const me = (await perch.ask(watcher, 'GET /api/session')).body as { id: string };
  await perch.ask(owner, 'DELETE /api/members/:id', {
    params: { id: me.id },
    query: { owner: OWNER, repo: REPO },
  });
  await expect.poll(async () => (await read(secret)).status).toBe(404);
});

test('SEC2 a token reaches nothing but the routes for programs, and lends no rights to a cookie beside it', async () => {
  const { secret } = await make({ scopes: ['events:read'] });
  const both = { Authorization: `Bearer ${secret}`, Cookie: owner };
  for (const route of ['GET /api/session', 'GET /api/access-tokens', 'GET /api/repositories'] as const)
    expect([route, (await perch.ask(null, route, { headers: both })).status]).toEqual([route, 403]);
  const posting = { query: room, body: { type: 'integration.pinged' }, headers: both };
  expect((await perch.ask(null, 'POST /api/workspace/events', posting)).status).toBe(403);
});

test('SEC2 a foreign page is refused with a cookie, reading too; a token needs no origin', async () => {
  const foreign = { Origin: 'https://evil.example' };
  for (const { route, body } of routes) {
    const asked = (headers: Record<string, string>) =>
      perch.ask(owner, route, { query: room, body, headers });
    expect([route, (await asked({ Origin: perch.url })).status]).toEqual([route, 200]);
    expect([route, (await asked(foreign)).status]).toEqual([route, 403]);
  }
  expect(
    (await perch.ask(owner, 'GET /api/workspace/events/stream', { query: room, headers: foreign })).status,
  ).toBe(403);
  const { secret } = await make();
  for (const { route, body } of routes)
    expect([route, (await call(secret, route, body, room, foreign)).status]).toEqual([route, 200]);
});

test('SEC2 the secret is told once, the database keeps its hash, and only its person sees or ends it', async () => {
  const bob = await perch.invite(owner, 'write');
  const { accessToken, secret } = await make({ cookie: bob, scopes: ['events:read'] });
  expect(secret).toMatch(/^perch_[\w-]{43}$/);
  const { rows } = await database.query<{ kept: string }>(
    `SELECT string_agg(t::text, ' ') AS kept FROM access_tokens t`,
  );
  expect(rows[0]?.kept).toContain(accessToken.id);
  expect(rows[0]?.kept).not.toContain(secret.slice(6));
  await read(secret);
  const mine = await perch.ask(bob, 'GET /api/access-tokens');
  expect(JSON.stringify(mine.body)).not.toContain(secret);
  expect(mine.body).toMatchObject([
    { id: accessToken.id, name: 'a bot', scopes: ['events:read'], repository: null },
  ]);
  await expect
    .poll(async () => ((await perch.ask(bob, 'GET /api/access-tokens')).body as AccessToken[])[0]?.lastUsedAt)
    .not.toBeNull();
  const ended = await perch.ask(owner, 'DELETE /api/access-tokens/:id', { params: { id: accessToken.id } });
  expect(ended.status).toBe(404);
  expect((await read(secret)).status).toBe(200);
});

test('SEC1 a token’s repository is called as it is now to whoever may see it, and as he knew it to whoever may not', async () => {
  const { forge } = perch.surroundings;
  const guest = await perch.invite(owner, 'read', 'Gus', 'Other');
  await make({ cookie: guest, repository: { owner: OWNER, repo: 'Other' } });
  const names = async () =>
    ((await perch.ask(guest, 'GET /api/access-tokens')).body as AccessToken[]).map((each) => each.repository);
  const look = (repo: string) =>
    perch.ask(owner, 'GET /api/github/:owner/:repo', { params: { owner: OWNER, repo } });
  await forge.addRepository({ owner: OWNER, name: 'Renamed', path: other.bare });
  expect((await look('Renamed')).status).toBe(200);
  expect(await names()).toEqual([{ owner: OWNER, repo: 'Renamed' }]);
  const { id } = (await perch.ask(guest, 'GET /api/session')).body as { id: string };
  await perch.ask(owner, 'DELETE /api/members/:id', {
    params: { id },
    query: { owner: OWNER, repo: 'Renamed' },
  });
  await forge.addRepository({ owner: OWNER, name: 'Secret-plans', path: other.bare });
  expect((await look('Secret-plans')).status).toBe(200);
  expect(await names()).toEqual([{ owner: OWNER, repo: 'Other' }]);
});
