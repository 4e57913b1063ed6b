import { deleteAuthorization } from '@octokit/oauth-methods';
import { request } from '@octokit/request';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ForgeBrowser } from '../testing/forge-browser.js';
import { PerchServer, SIGN_IN, startSurroundings, type TestSurroundings } from '../testing/perch-server.js';
import { tokenService } from './testing/token-service.js';

let surroundings: TestSurroundings;
let perch: PerchServer;
let database: pg.Client;
let here: ReturnType<typeof tokenService>;
let there: ReturnType<typeof tokenService>;
beforeAll(async () => {
  surroundings = await startSurroundings({ people: { ada: 'write', rob: 'read', eve: 'read' } });
  perch = await PerchServer.start(surroundings, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
  [here, there] = [tokenService(surroundings), tokenService(surroundings)];
  for (const each of [here, there]) each.service.onModuleInit();
});
afterAll(async () => {
  await Promise.all([here.stop(), there.stop(), database.end()]);
  await perch.stop();
  await surroundings.stop();
});

async function signIn(login: string): Promise<{ id: string; browser: ForgeBrowser }> {
  const browser = new ForgeBrowser(perch.url);
  await browser.signIn(login);
  const { body } = await perch.ask(browser.cookie, 'GET /api/session');
  return { id: (body as { id: string }).id, browser };
}

const statusOf = async (browser: ForgeBrowser) =>
  (await perch.ask(browser.cookie, 'GET /api/session')).status;
const soonOver = (id: string) =>
  database.query(`UPDATE forge_accounts SET expires_at = now() + interval '1 minute' WHERE user_id = $1`, [
    id,
  ]);
/** As the person himself would, in the forge's settings. */
const takeBack = (token: string | null) =>
  deleteAuthorization({
    clientType: 'github-app',
    clientId: SIGN_IN.GITHUB_APP_CLIENT_ID,
    clientSecret: SIGN_IN.GITHUB_APP_CLIENT_SECRET,
    token: token ?? '',
    request: request.defaults({ baseUrl: surroundings.github.apiUrl }),
  });
const works = async (token: string | null) =>
  (await fetch(`${surroundings.github.apiUrl}/user`, { headers: { Authorization: `Bearer ${token}` } }))
    .status;

test('SEC3 the database holds no token, and another secret opens none', async () => {
  const { id } = await signIn('ada');
  const token = await here.service.tokenOf(id);
  expect(token).toMatch(/^ghu_\w{36}$/);
  expect(await works(token)).toBe(200);
  const { rows } = await database.query<{ kept: string }>(
    `SELECT string_agg(t::text, ' ') AS kept FROM (SELECT * FROM forge_accounts) t`,
  );
  expect(rows[0]?.kept).toMatch(/v1\.[0-9a-f]{8}\./);
  expect(rows[0]?.kept).not.toMatch(/gh[a-z]_/);
  expect(rows[0]?.kept).not.toContain(token?.slice(4));
  const other = tokenService(surroundings, { PERCH_SECRET: 'another secret of thirty-two or more' });
  await expect(other.service.tokenOf(id)).rejects.toMatchObject({ code: 'unauthenticated' });
  await other.stop();
  expect(await here.service.tokenOf(id)).toBe(token);
});

test('SEC3 a sealed token opens in its own row and column alone', async () => {
  const [{ id: ada }, { id: rob }] = [await signIn('ada'), await signIn('rob')];
  const { rows } = await database.query<{ access_token: string; refresh_token: string }>(
    'SELECT access_token, refresh_token FROM forge_accounts WHERE user_id = $1',
    [ada],
  );
  const put = (token: string | undefined) =>
    database.query('UPDATE forge_accounts SET access_token = $2 WHERE user_id = $1', [rob, token]);
  for (const stolen of [rows[0]?.access_token, rows[0]?.refresh_token]) {
    await put(stolen);
    await expect(here.service.tokenOf(rob)).rejects.toMatchObject({ code: 'unauthenticated' });
  }
  const own = rows[0]?.access_token ?? '';
  // Not the last character: some of its bits may mean nothing.
  const at = own.length - 9;
  await database.query('UPDATE forge_accounts SET access_token = $2 WHERE user_id = $1', [
    ada,
    `${own.slice(0, at)}${own[at] === 'A' ? 'B' : 'A'}${own.slice(at + 1)}`,
  ]);
  await expect(here.service.tokenOf(ada)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('SEC3 one process renews a token, however many want it at once', async () => {
  const { id } = await signIn('ada');
  const before = await here.service.tokenOf(id);
  await soonOver(id);
  const got = await Promise.all([here, there, here, there, here].map((each) => each.service.tokenOf(id)));
  expect(new Set(got).size).toBe(1);
  expect(got[0]).not.toBe(before);
  expect(await works(got[0] ?? null)).toBe(200);
  // And again: the new refresh token was kept.
  await soonOver(id);
  expect(await works(await there.service.tokenOf(id))).toBe(200);
});

test('SEC3 a refused renewal ends the sessions that the forge began, and signing in again mends it', async () => {
  const { id, browser } = await signIn('ada');
  await database.query(
    `INSERT INTO login_sessions (token_hash, user_id, expires_at) VALUES ('of a link', $1, now() + interval '1 day')`,
    [id],
  );
  await takeBack(await here.service.tokenOf(id));
  await soonOver(id);
  const outcomes = await Promise.allSettled([here.service.tokenOf(id), there.service.tokenOf(id)]);
  for (const each of outcomes)
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'unauthenticated' } });
  expect(await statusOf(browser)).toBe(401);
  const { rows } = await database.query('SELECT token_hash FROM login_sessions WHERE user_id = $1', [id]);
  expect(rows).toEqual([{ token_hash: 'of a link' }]);
  await browser.signIn('ada');
  expect(await statusOf(browser)).toBe(200);
  expect(await works(await there.service.tokenOf(id))).toBe(200);
});

test('SEC3 while the forge is away a token is used to its end, and nobody is signed out', async () => {
  const { id, browser } = await signIn('rob');
  const token = await here.service.tokenOf(id);
  await soonOver(id);
  const cut = tokenService({
    ...surroundings,
    github: { ...surroundings.github, apiUrl: 'http://127.0.0.1:9' },
  });
  expect(await cut.service.tokenOf(id)).toBe(token);
  await database.query('UPDATE forge_accounts SET expires_at = now() WHERE user_id = $1', [id]);
  await expect(cut.service.tokenOf(id)).rejects.toMatchObject({ code: 'forge', retry: true });
  await cut.stop();
  expect(await statusOf(browser)).toBe(200);
  expect(await works(await here.service.tokenOf(id))).toBe(200);
});

test('SEC3 consent taken back on the forge ends tokens and sessions', async () => {
  const { id, browser } = await signIn('eve');
  const { rows } = await database.query<{ forge_user_id: string }>(
    'SELECT forge_user_id FROM forge_accounts WHERE user_id = $1',
    [id],
  );
  const socket = perch.socket(browser.cookie);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  const ended = new Promise((resolve) => socket.on('disconnect', resolve));
  await there.service.revoked(Number(rows[0]?.forge_user_id));
  expect(await ended).toBe('io server disconnect');
  expect(await statusOf(browser)).toBe(401);
  await expect(here.service.tokenOf(id)).rejects.toMatchObject({ code: 'unauthenticated' });
  await there.service.revoked(12_345);
});

test('SEC3 a token that the forge refuses is renewed, or ends; one renewed meanwhile stays', async () => {
  const { id, browser } = await signIn('rob');
  const first = (await here.service.tokenOf(id)) ?? '';
  await takeBack(first);
  await here.service.refused(id, first);
  await expect(there.service.tokenOf(id)).rejects.toMatchObject({ code: 'unauthenticated' });
  await browser.signIn('rob');
  const second = (await there.service.tokenOf(id)) ?? '';
  await here.service.refused(id, first);
  expect(await here.service.tokenOf(id)).toBe(second);
  await here.service.refused(id, second);
  expect(await works(await here.service.tokenOf(id))).toBe(200);
});

test('SEC3 the last sign-out takes the token back, unless a program acts for him still', async () => {
  await database.query('DELETE FROM login_sessions');
  const [one, other] = [await signIn('ada'), await signIn('ada')];
  const token = await here.service.tokenOf(one.id);
  await perch.ask(one.browser.cookie, 'DELETE /api/session');
  expect(await works(token)).toBe(200);
  const { body } = await perch.ask(other.browser.cookie, 'POST /api/access-tokens', {
    body: { name: 'bot', scopes: ['events:read'], expiresInDays: 1, repository: null },
  });
  await perch.ask(other.browser.cookie, 'DELETE /api/session');
  expect(await here.service.tokenOf(one.id)).toBe(token);
  const again = await signIn('ada');
  const last = await here.service.tokenOf(again.id);
  const { id } = (body as { accessToken: { id: string } }).accessToken;
  await perch.ask(again.browser.cookie, 'DELETE /api/access-tokens/:id', { params: { id } });
  await perch.ask(again.browser.cookie, 'DELETE /api/session');
  expect(await works(last)).toBe(401);
  await expect(here.service.tokenOf(again.id)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('SEC3 who never signed in at the forge has no token, and neither has anybody without an App', async () => {
  expect(await here.service.tokenOf('00000000-0000-4000-8000-000000000000')).toBeNull();
  const { id } = await signIn('ada');
  const off = tokenService(surroundings, { GITHUB_APP_CLIENT_ID: '', GITHUB_APP_CLIENT_SECRET: '' });
  expect(await off.service.tokenOf(id)).toBeNull();
  await off.stop();
});
