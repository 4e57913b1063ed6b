import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ForgeBrowser, locationOf } from '../testing/forge-browser.js';
import { PerchServer, SIGN_IN, startSurroundings, type TestSurroundings } from '../testing/perch-server.js';

let surroundings: TestSurroundings;
let perch: PerchServer;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings({ people: { ada: 'write', rob: 'read', eve: null } });
  perch = await PerchServer.start(surroundings, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  await surroundings.stop();
});

const browser = (headers?: Record<string, string>) => new ForgeBrowser(perch.url, headers);
const session = (some: ForgeBrowser) => perch.ask(some.cookie, 'GET /api/session');
const accounts = async () =>
  (await database.query<{ login: string; user_id: string }>('SELECT login, user_id FROM forge_accounts'))
    .rows;

test('SEC2 signing in at the forge makes a person once and returns to the page it began on', async () => {
  const first = browser();
  expect(await first.signIn('ada', '/github/Acme/Game/main/code?file=a#L3')).toBe(
    '/github/Acme/Game/main/code?file=a#L3',
  );
  const { body } = await session(first);
  expect(body).toMatchObject({
    name: 'ada of Acme',
    login: 'ada',
    email: 'ada@example.com',
    isOwner: false,
  });
  const again = browser();
  expect(await again.signIn('ada')).toBe('/');
  expect((await session(again)).body).toEqual(body);
  expect((await accounts()).filter(({ login }) => login === 'ada').length).toBe(1);
  expect((await perch.ask(null, 'GET /api/auth')).body).toEqual({ github: true });
});

test('SEC2 two first sign-ins at once make one person', async () => {
  const both = [browser(), browser()];
  await Promise.all(both.map((each) => each.signIn('rob')));
  const [one, other] = await Promise.all(both.map(session));
  expect(one?.body).toMatchObject({ login: 'rob' });
  expect(one?.body).toEqual(other?.body);
});

test('SEC2 a person is known by the forge’s id: a name or an address that changed hands makes nobody somebody else', async () => {
  const before = browser();
  await before.signIn('eve');
  const { body: eve } = await session(before);
  // The forge's user 99 is called eve now; the one who was has another name there.
  await database.query(`UPDATE forge_accounts SET forge_user_id = 99, login = 'mallory' WHERE login = 'eve'`);
  const after = browser();
  await after.signIn('eve');
  const { body: other } = await session(after);
  expect((other as { id: string }).id).not.toBe((eve as { id: string }).id);
  expect((await session(before)).body).toMatchObject({ login: 'mallory' });
});

test('SEC2 an attempt belongs to the browser that began it', async () => {
  const [victim, attacker] = [browser(), browser()];
  const attackersCallback = await attacker.answer(await attacker.leave(), 'rob');
  // The victim is led to the attacker's callback: with no attempt of his own, and in the middle of one.
  expect(locationOf(await victim.open(attackersCallback))).toBe('/sign-in?problem=foreign');
  const page = await victim.leave('/github');
  expect(locationOf(await victim.open(attackersCallback))).toBe('/sign-in?problem=foreign');
  expect((await session(victim)).status).toBe(401);
  // Which does his own attempt no harm.
  expect(locationOf(await victim.open(await victim.answer(page, 'ada')))).toBe('/github');
  expect((await session(victim)).body).toMatchObject({ login: 'ada' });
});

test('SEC2 a code is worth nothing in another attempt than its own: a thief’s in his own browser', async () => {
  const [victim, thief] = [browser(), browser()];
  const stolen = new URL(await victim.answer(await victim.leave(), 'ada')).searchParams.get('code');
  const callback = new URL(await thief.answer(await thief.leave(), 'rob'));
  callback.searchParams.set('code', stolen ?? '');
  expect(locationOf(await thief.open(callback.href))).toBe('/sign-in?problem=used');
  expect((await session(thief)).status).toBe(401);
});

test('SEC2 a code is taken once, even from the browser it was for', async () => {
  const mine = browser();
  const callback = await mine.answer(await mine.leave(), 'ada');
  const attempt = mine.cookie;
  expect(locationOf(await mine.open(callback))).toBe('/');
  expect(locationOf(await mine.open(callback))).toBe('/sign-in?problem=foreign');
  const replayed = await fetch(callback, { headers: { cookie: attempt }, redirect: 'manual' });
  expect(locationOf(replayed)).toBe('/sign-in?problem=used');
  expect(replayed.headers.getSetCookie().join()).not.toContain('perch_session');
});

test('SEC2 who says no at the forge, or takes too long, is told so', async () => {
  const mine = browser();
  const denied = await mine.answer(await mine.leave('/github/Acme/Game/main/code'), 'ada', 'deny');
  expect(locationOf(await mine.open(denied))).toBe(
    '/sign-in?problem=denied&returnTo=%2Fgithub%2FAcme%2FGame%2Fmain%2Fcode',
  );
  const callback = await mine.answer(await mine.leave(), 'ada');
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 11 * 60_000);
  expect(locationOf(await mine.open(callback).finally(() => clock.mockRestore()))).toBe(
    '/sign-in?problem=expired',
  );
  expect((await session(mine)).status).toBe(401);
});

test('SEC2 it returns to pages of Perch and to nothing else', async () => {
  const elsewhere = [
    'https://evil.example/',
    '//evil.example/',
    '//evil.example/and-a-page',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/api/session',
    '/sign-in',
    '',
  ];
  for (const next of elsewhere) expect([next, await browser().signIn('ada', next)]).toEqual([next, '/']);
});

test('SEC2 the attempt’s cookie is httpOnly, short-lived, and shows nothing', async () => {
  const answer = await fetch(`${perch.url}/api/auth/github`, { redirect: 'manual' });
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toMatch(
    /^perch_sign_in=v1\.[\w-]{8}\.[\w-]+; Max-Age=600; Path=\/api\/auth\/github; HttpOnly; SameSite=Lax$/,
  );
  const page = new URL(locationOf(answer));
  expect(page.searchParams.get('code_challenge_method')).toBe('S256');
  const state = page.searchParams.get('state') ?? '';
  expect(cookie).not.toContain(state);
  // Nothing in the address answers the challenge.
  const ofState = createHash('sha256').update(state).digest('base64url');
  expect(page.searchParams.get('code_challenge')).not.toBe(ofState);
  expect(page.searchParams.get('redirect_uri')).toBe(`${perch.url}/api/auth/github/callback`);
  // Under another name of this machine it begins where the forge will send it back to.
  const other = await fetch(`${perch.url.replace('127.0.0.1', 'localhost')}/api/auth/github?next=/x`, {
    redirect: 'manual',
  });
  expect(locationOf(other)).toBe(`${perch.url}/api/auth/github?next=/x`);
});

test('SEC2 the owner says who he is on the forge, by his own page alone', async () => {
  await database.query(`DELETE FROM forge_accounts WHERE login = 'rob'`);
  const cookie = await perch.ownerCookie();
  const owner = browser({ 'sec-fetch-site': 'same-origin' });
  const led = new ForgeBrowser(perch.url, { 'sec-fetch-site': 'cross-site' });
  for (const each of [owner, led]) each.keep(cookie);
  expect(await owner.signIn('rob', '/', '&connect=1')).toBe('/');
  expect((await session(owner)).body).toMatchObject({ login: 'rob', isOwner: true });
  // Somebody else's account stays his.
  expect(await owner.signIn('ada', '/', '&connect=1')).toBe('/sign-in?problem=taken');
  expect((await session(owner)).body).toMatchObject({ login: 'rob', isOwner: true });
  // Whoever has signed in here meanwhile is not connected in the owner's place, nor the owner behind his back.
  const callback = await owner.answer(await owner.leave('/', '&connect=1'), 'rob');
  owner.keep(await perch.invite(cookie, 'read', 'Gus'));
  expect(locationOf(await owner.open(callback))).toBe('/sign-in?problem=foreign');
  expect((await session(owner)).body).not.toHaveProperty('login');
  await led.signIn('ada', '/', '&connect=1');
  expect((await session(led)).body).toMatchObject({ login: 'ada', isOwner: false });
});

test('SEC2 without an App nobody is sent anywhere', async () => {
  const plain = await PerchServer.start(surroundings);
  try {
    expect((await plain.ask(null, 'GET /api/auth')).body).toEqual({ github: false });
    const answer = await fetch(`${plain.url}/api/auth/github`, { redirect: 'manual' });
    expect(locationOf(answer)).toBe('/sign-in?problem=off');
  } finally {
    await plain.stop();
  }
});
