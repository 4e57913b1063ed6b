import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Room } from '../../client/lib/room/room.js';
import pg from 'pg';
import { GitGithub } from '../commit/testing/git-github.js';
import { tokenService } from '../forge-account/testing/token-service.js';
import type { Permission } from '../forge/hosted-repository.js';
import { ForgeBrowser } from '../testing/forge-browser.js';
import { ForgeProxy } from '../testing/forge-proxy.js';
import {
  OWNER,
  PerchServer,
  REPO,
  SIGN_IN,
  startSurroundings,
  type TestSurroundings,
} from '../testing/perch-server.js';
import { SOON } from '../testing/soon.js';

/** A minute in little; and the ten of a forge that does not answer, which pass when a test says so. */
const times = vi.hoisted(() => ({ FRESH_MS: 300, LOOK_MS: 200, AWAY_MS: 600_000, LIMITED_MS: 600_000 }));
vi.mock('./access-times.js', () => ({
  ...times,
  get AWAY_MS() {
    return times.AWAY_MS;
  },
}));

const PEOPLE = {
  ada: 'admin',
  mia: 'maintain',
  will: 'write',
  tom: 'triage',
  rob: 'read',
  eve: null,
} as const;
type Login = keyof typeof PEOPLE;
const SECRET = 'Secret';
const room = (repo: string) => ({ owner: OWNER, repo, branch: 'main' });

let surroundings: TestSurroundings;
let perch: PerchServer;
/** Asks the forge through the proxy. */
let other: PerchServer;
let proxy: ForgeProxy;
let database: pg.Client;
let secret: GitGithub;
const cookies = {} as Record<Login, string>;
const rooms: Room[] = [];

beforeAll(async () => {
  surroundings = await startSurroundings({ people: PEOPLE });
  secret = new GitGithub({ 'a.txt': { bytes: 'a\n' } });
  await surroundings.forge.addRepository({
    owner: OWNER,
    name: SECRET,
    path: secret.bare,
    private: true,
    permissions: {
      perch: 'admin',
      ...Object.fromEntries(Object.entries(PEOPLE).filter(([, held]) => held !== null)),
    },
  });
  perch = await PerchServer.start(surroundings, SIGN_IN);
  vi.resetModules();
  proxy = await ForgeProxy.start(surroundings.github.apiUrl);
  const github = { ...surroundings.github, apiUrl: proxy.url };
  other = await PerchServer.start({ ...surroundings, github }, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
  for (const login of Object.keys(PEOPLE) as Login[]) {
    const browser = new ForgeBrowser(perch.url);
    await browser.signIn(login);
    cookies[login] = browser.cookie;
  }
});
afterAll(async () => {
  for (const each of rooms) each.stop();
  await database.end();
  await other.stop();
  await proxy.stop();
  await perch.stop();
  await surroundings.stop();
  secret.remove();
});

/** As somebody who administers the repository on the forge. */
const setPermission = (login: Login, permission: 'pull' | 'push' | null) =>
  fetch(`${surroundings.github.apiUrl}/repos/${OWNER}/${SECRET}/collaborators/${login}`, {
    method: permission === null ? 'DELETE' : 'PUT',
    headers: { Authorization: `Bearer ${surroundings.github.token}` },
    body: permission && JSON.stringify({ permission }),
  });

const open = (cookie: string, repo = SECRET) =>
  perch.ask(cookie, 'POST /api/workspaces', { body: room(repo) });

async function enter(server: PerchServer, login: Login): Promise<Room> {
  const { id } = (await open(cookies[login])).body as { id: string };
  const entered = new Room({ url: server.url, workspaceId: id, headers: { cookie: cookies[login] } });
  rooms.push(entered);
  entered.start();
  await vi.waitFor(() => expect(entered.state.kind).toBe('joined'), SOON);
  return entered;
}

/** How often the process behind the proxy has looked, tries after a failure among them. */
const looks = () => proxy.count('GET', /\/repositories\/\d+$/);
/** Until a look is over, be it a failed one of three tries. */
const lookedAgain = (before: number) => vi.waitFor(() => expect(looks()).toBeGreaterThan(before + 3), SOON);

test('SEC1 what a person may do is what the forge lets him do', async () => {
  const expected: Record<Login, [Permission | 'none', unknown]> = {
    ada: ['admin', 'admin'],
    mia: ['maintain', 'write'],
    will: ['write', 'write'],
    tom: ['triage', 'read'],
    rob: ['read', 'read'],
    eve: ['none', undefined],
  };
  for (const [login, [held, role]] of Object.entries(expected) as [Login, [string, unknown]][]) {
    const answer = await open(cookies[login]);
    expect([login, held, answer.status, (answer.body as { role?: string }).role]).toEqual([
      login,
      held,
      role === undefined ? 404 : 200,
      role,
    ]);
    const branch = { owner: OWNER, repo: SECRET, baseBranch: 'main', newBranch: `of-${login}` };
    const made = await perch.ask(cookies[login], 'POST /api/github/branches', { body: branch });
    expect([login, made.status]).toEqual([login, role === undefined ? 404 : role === 'read' ? 403 : 201]);
    const listed = (await perch.ask(cookies[login], 'GET /api/repositories')).body as { repo: string }[];
    expect([login, listed.some(({ repo }) => repo === SECRET)]).toEqual([login, role !== undefined]);
  }
  // Whom nobody named may watch what is public, and hears of nothing else.
  expect((await open(cookies.eve, REPO)).body).toMatchObject({ role: 'read' });
  const [hidden, absent] = [
    await perch.ask(cookies.eve, 'GET /api/github/:owner/:repo', { params: { owner: OWNER, repo: SECRET } }),
    await perch.ask(cookies.eve, 'GET /api/github/:owner/:repo', {
      params: { owner: OWNER, repo: 'Nothing' },
    }),
  ];
  expect([hidden.status, hidden.body]).toEqual([404, absent.body]);
});

test('SEC1 an invitation gives nobody more than the forge does', async () => {
  const token = await perch.invitation(await perch.ownerCookie(), 'write');
  const refused = await perch.ask(cookies.eve, 'POST /api/invitations/accept', { body: { token } });
  expect([refused.status, refused.body]).toMatchObject([
    422,
    { message: expect.stringContaining('GitHub') as string },
  ]);
  expect((await open(cookies.eve, REPO)).body).toMatchObject({ role: 'read' });
});

test('SEC1 a program may what its person may, and no more', async () => {
  const scopes = ['events:read', 'events:write'];
  const of = async (login: Login) => {
    const made = await perch.ask(cookies[login], 'POST /api/access-tokens', {
      body: { name: 'a bot', scopes, repository: null, expiresInDays: 1 },
    });
    return { Authorization: `Bearer ${(made.body as { secret: string }).secret}` };
  };
  const add = async (login: Login) =>
    (
      await perch.ask(null, 'POST /api/workspace/events', {
        query: room(SECRET),
        body: { type: 'integration.told', payload: {} },
        headers: await of(login),
      })
    ).status;
  expect([await add('will'), await add('rob'), await add('eve')]).toEqual([200, 403, 404]);
});

test('SEC1 a right that is lowered, raised or withdrawn on the forge is so here, on every process, without a notice', async () => {
  const [here, there] = [await enter(perch, 'will'), await enter(other, 'will')];
  const document = here.openDocument('a.txt');
  await vi.waitFor(() => expect(document.state).toMatchObject({ writable: true, save: 'saved' }), SOON);
  const stream = await fetch(
    `${other.url}/api/workspace/events/stream?${new URLSearchParams(room(SECRET)).toString()}`,
    { headers: { Cookie: cookies.will } },
  );
  await setPermission('will', 'pull');
  for (const each of [here, there])
    await vi.waitFor(() => expect(each.state).toMatchObject({ kind: 'joined', role: 'read' }), SOON);
  await vi.waitFor(() => expect(document.state).toMatchObject({ kind: 'live', writable: false }), SOON);
  await setPermission('will', 'push');
  await vi.waitFor(() => expect(document.state).toMatchObject({ writable: true, save: 'saved' }), SOON);
  document.text.insert(0, 'mine ');
  await document.whenSaved();
  await setPermission('will', null);
  for (const each of [here, there])
    await vi.waitFor(() => expect(each.state).toMatchObject({ kind: 'closed', reason: 'withdrawn' }), SOON);
  expect(await stream.text()).toContain('event: workspace:closed');
  expect((await open(cookies.will)).status).toBe(404);
});

test('SEC1 a token that was renewed while it was on its way hides nothing from its person', async () => {
  const inside = await enter(other, 'mia');
  const account = (await perch.ask(cookies.mia, 'GET /api/session')).body as { id: string };
  const renewing = tokenService(surroundings);
  let refused = 0;
  proxy.next('GET', /\/repositories\/\d+$/, {
    kind: 'first',
    run: async () => {
      const { rows } = await database.query(
        `UPDATE forge_accounts SET expires_at = now() + interval '1 minute' WHERE user_id = $1
          RETURNING access_token`,
        [account.id],
      );
      expect(rows).toHaveLength(1);
      await renewing.service.tokenOf(account.id);
      refused++;
    },
  });
  await vi.waitFor(() => expect(refused).toBe(1), SOON);
  // Every look since has said that she is in.
  await lookedAgain(looks());
  expect(inside.state.kind).toBe('joined');
  await renewing.stop();
});

test('SEC1 OFF3 whoever lets Perch act for him no more is signed out, not shut out', async () => {
  const inside = [await enter(perch, 'tom'), await enter(other, 'tom')];
  const { body } = await perch.ask(cookies.tom, 'POST /api/access-tokens', {
    body: { name: 'a bot', scopes: ['events:read'], repository: null, expiresInDays: 1 },
  });
  const stream = await fetch(
    `${other.url}/api/workspace/events/stream?${new URLSearchParams(room(SECRET)).toString()}`,
    { headers: { Authorization: `Bearer ${(body as { secret: string }).secret}` } },
  );
  surroundings.forge.takeBack('tom');
  for (const each of inside)
    await vi.waitFor(() => expect(each.state).toMatchObject({ kind: 'closed', reason: 'signed-out' }), SOON);
  const told = await stream.text();
  expect(told).toContain('event: workspace:closed');
  expect(told).toContain('"reason":"signed-out"');
  expect((await open(cookies.tom)).status).toBe(401);
  const browser = new ForgeBrowser(perch.url);
  await browser.signIn('tom');
  // Within what an answer is believed for.
  expect((await open(browser.cookie)).status).toBe(200);
});

test('SEC1 while the forge does not answer nobody new gets in, and who is inside by its word stays for a while', async () => {
  const inside = await enter(other, 'ada');
  const { id } = (await open(cookies.ada)).body as { id: string };
  await surroundings.forge.stop();
  const before = looks();
  const newcomer = await perch.ask(cookies.mia, 'GET /api/workspaces/:id/files', { params: { id } });
  expect(newcomer.body).toMatchObject({ code: 'forge', retry: true });
  await lookedAgain(before);
  expect(inside.state.kind).toBe('joined');
  times.AWAY_MS = 0;
  await vi.waitFor(() => expect(inside.state).toMatchObject({ kind: 'closed', reason: 'unconfirmed' }), SOON);
});
