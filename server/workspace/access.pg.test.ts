import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GitGithub } from '../commit/testing/git-github.js';
import { accessScope, type AccessScope } from '../protocol/access-token.js';
import { httpRoutes, type HttpRoute } from '../protocol/http-routes.js';
import type { Invitation } from '../protocol/invitation.js';
import type { Account, Role } from '../protocol/user.js';
import { ForgeProxy } from '../testing/forge-proxy.js';
import { OWNER, PerchServer, REPO, startSurroundings } from '../testing/perch-server.js';

type Token = `token ${AccessScope}`;
/** none: signed in, and in another repository alone. revoked: was let in and put out. Tokens are the writer's, with one scope. */
type Who = 'signed out' | 'none' | 'revoked' | 'token of revoked' | Token | Role;
const PEOPLE = ['signed out', 'none', 'revoked', 'read', 'write', 'admin'] as const;
const TOKENS = accessScope.options.map((scope): Token => `token ${scope}`);
const WHO: readonly Who[] = [...PEOPLE, ...TOKENS, 'token of revoked'];
const ALLOWED = 200;
/** Everybody's answer to a route that needs a role. */
const EXPECTED: Record<Role, Record<(typeof PEOPLE)[number], number>> = {
  read: { 'signed out': 401, none: 404, revoked: 404, read: ALLOWED, write: ALLOWED, admin: ALLOWED },
  write: { 'signed out': 401, none: 404, revoked: 404, read: 403, write: ALLOWED, admin: ALLOWED },
  admin: { 'signed out': 401, none: 404, revoked: 404, read: 403, write: 403, admin: ALLOWED },
};

/** What whoever may not see it asks for in its place. */
const NOTHING = '00000000-0000-4000-8000-000000000000';
const SECRET = 'Secret';

let perch: PerchServer;
/** Between Perch and its forge. */
let proxy: ForgeProxy;
let database: pg.Client;
let others: GitGithub[];
let credentials: Record<Who, Record<string, string>>;
let id: string;
let invitationId: string;
const ref = { owner: OWNER, repo: REPO };
const ofRoom = { ...ref, branch: 'main' };

beforeAll(async () => {
  const surroundings = await startSurroundings();
  proxy = await ForgeProxy.start(surroundings.github.apiUrl);
  perch = await PerchServer.start({
    ...surroundings,
    github: { ...surroundings.github, apiUrl: proxy.url },
  });
  database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
  await database.connect();
  others = ['Other', SECRET].map((name) => new GitGithub({ 'a.txt': { bytes: name } }));
  for (const [index, name] of ['Other', SECRET].entries())
    await perch.surroundings.forge.addRepository({ owner: OWNER, name, path: others[index]!.bare });
  const admin = await perch.ownerCookie();
  const none = await perch.invite(admin, 'write', 'None', 'Other');
  const revoked = await perch.invite(admin, 'write', 'Revoked');
  const ofRevoked = await token(revoked, accessScope.options);
  const { id: revokedId } = (await perch.ask(revoked, 'GET /api/session')).body as Account;
  await perch.ask(admin, 'DELETE /api/members/:id', { params: { id: revokedId }, query: ref });
  const read = await perch.invite(admin, 'read', 'Reader');
  const write = await perch.invite(admin, 'write', 'Writer');
  const tokens = {} as Record<Token, Record<string, string>>;
  for (const scope of accessScope.options) tokens[`token ${scope}`] = await token(write, [scope]);
  const session = (cookie: string) => ({ Cookie: cookie });
  credentials = {
    'signed out': {},
    none: session(none),
    revoked: session(revoked),
    read: session(read),
    write: session(write),
    admin: session(admin),
    ...tokens,
    'token of revoked': ofRevoked,
  };
  id = await perch.open(admin);
  await perch.invitation(admin, 'read');
  const listed = (await perch.ask(admin, 'GET /api/invitations', { query: ref })).body as Invitation[];
  invitationId = listed[0]?.id ?? '';
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  await proxy.stop();
  await perch.surroundings.stop();
  for (const other of others) other.remove();
});

async function token(cookie: string, scopes: readonly AccessScope[]): Promise<Record<string, string>> {
  const body = { name: 'a bot', scopes, repository: null, expiresInDays: 1 };
  const { secret } = (await perch.ask(cookie, 'POST /api/access-tokens', { body })).body as {
    secret: string;
  };
  return { Authorization: `Bearer ${secret}` };
}

/** Asks as somebody of the table; an answer that does not end is left after its head. */
const ask = (who: Who, route: HttpRoute, given: Case['ask'] = {}) =>
  perch.ask(null, route, {
    ...given,
    headers: { ...given.headers, ...credentials[who] },
    head: route === ENDLESS,
  });

type Case = { need: Role; ask?: Parameters<PerchServer['ask']>[2]; accepted?: readonly number[] };
const inRoom = (need: Role, body?: unknown): Case => ({ need, ask: { params: { id }, body } });

/** What each route about a repository needs. Those about oneself need a session or a link alone. */
const routes = (): Partial<Record<HttpRoute, Case>> => ({
  'GET /api/invitations': { need: 'admin', ask: { query: ref } },
  'POST /api/invitations': { need: 'admin', ask: { body: { ...ref, role: 'read', expiresInHours: 1 } } },
  'DELETE /api/invitations/:id': { need: 'admin', ask: { params: { id: invitationId } } },
  'GET /api/members': { need: 'admin', ask: { query: ref } },
  'DELETE /api/members/:id': { need: 'admin', ask: { params: { id }, query: ref } },
  'GET /api/github/:owner/:repo': { need: 'read', ask: { params: ref } },
  'GET /api/github/:owner/:repo/branches': { need: 'read', ask: { params: ref } },
  'POST /api/github/branches': {
    need: 'write',
    ask: { body: { ...ref, baseBranch: 'main', newBranch: 'made' } },
    accepted: [201, 422],
  },
  'GET /api/workspaces/location': { need: 'read', ask: { query: { ...ref, rest: 'main' } } },
  'POST /api/workspaces': { need: 'read', ask: { body: { ...ref, branch: 'main' } } },
  'GET /api/workspace/presence': { need: 'read', ask: { query: ofRoom } },
  'PUT /api/workspace/presence': { need: 'read', ask: { query: ofRoom, body: {} } },
  'GET /api/workspace/events': { need: 'read', ask: { query: ofRoom } },
  'POST /api/workspace/events': {
    need: 'write',
    ask: { query: ofRoom, body: { type: 'integration.told', payload: {} } },
  },
  [ENDLESS]: { need: 'read', ask: { query: ofRoom } },
  'GET /api/workspaces/:id/events': inRoom('read'),
  'GET /api/workspaces/:id/timeline': inRoom('read'),
  'GET /api/workspaces/:id/history': {
    need: 'read',
    ask: { params: { id }, query: { path: 'README.md', seq: '1' } },
  },
  'GET /api/workspaces/:id/history/raw': {
    need: 'read',
    ask: { params: { id }, query: { path: 'README.md', seq: '1' } },
  },
  'POST /api/workspaces/:id/history/revert': inRoom('write', { path: 'README.md', seq: 1 }),
  'GET /api/workspaces/:id/protection': inRoom('read'),
  'POST /api/workspaces/:id/branch-off': {
    ...inRoom('write', { prefix: 'off/', bring: false }),
    accepted: [200],
  },
  'GET /api/workspaces/:id/files': inRoom('read'),
  'GET /api/workspaces/:id/branch': inRoom('read'),
  'POST /api/workspaces/:id/branch': { ...inRoom('write', { choice: 'rebase' }), accepted: [409] },
  'POST /api/workspaces/:id/branch/recover': {
    need: 'write',
    ask: { params: { id }, body: { discardId: id } },
    accepted: [410],
  },
  'GET /api/workspaces/:id/conflicts': inRoom('read'),
  'POST /api/workspaces/:id/conflicts/:conflictId/resolve': {
    need: 'write',
    ask: { params: { id, conflictId: id }, body: { choice: 'current' } },
    accepted: [410],
  },
  'GET /api/workspaces/:id/tree': inRoom('read'),
  'GET /api/workspaces/:id/changes': inRoom('read'),
  'GET /api/workspaces/:id/base': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'GET /api/workspaces/:id/style': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'GET /api/workspaces/:id/lines': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'GET /api/workspaces/:id/raw': { need: 'read', ask: { params: { id }, query: { path: 'README.md' } } },
  'POST /api/workspaces/:id/files': {
    ...inRoom('write', { path: 'new.txt', text: '' }),
    accepted: [200, 409],
  },
  'PUT /api/workspaces/:id/files': {
    need: 'write',
    ask: { params: { id }, query: { path: 'up.txt', replace: 'true' }, headers: { 'Content-Length': '0' } },
  },
  'POST /api/workspaces/:id/files/move': {
    ...inRoom('write', { from: 'src/bird.js', to: 'src/wren.js' }),
    accepted: [200, 404],
  },
  'POST /api/workspaces/:id/files/delete': {
    ...inRoom('write', { path: 'src/main.js' }),
    accepted: [200, 404],
  },
  'POST /api/workspaces/:id/files/discard': {
    ...inRoom('write', { path: 'src/main.js' }),
    accepted: [200, 404, 409],
  },
  'POST /api/workspaces/:id/files/undo': {
    ...inRoom('write', { path: 'README.md', undo: 'nothing' }),
    accepted: [400, 404, 409, 410],
  },
  'POST /api/workspaces/:id/search': inRoom('read', { query: 'bird' }),
  'POST /api/workspaces/:id/commit/preview': inRoom('write', { paths: ['new.txt'] }),
  'POST /api/workspaces/:id/commit': {
    ...inRoom('write', { message: 'x', paths: ['nothing-of-this-name'] }),
    accepted: [400, 404, 409, 422],
  },
});

/** What routes about oneself, or about no repository, answer: `open` ones say the same to everybody, `ownerOnly` ones 403 to all but the owner. */
const OF_ONESELF: Partial<
  Record<HttpRoute, { signedOut: number; open?: true; ownerOnly?: true; ask?: Case['ask'] }>
> = {
  'GET /api/session': { signedOut: 401 },
  'POST /api/session': { signedOut: 410, open: true, ask: { body: { token: 'C'.repeat(43) } } },
  'PATCH /api/session': { signedOut: 401, ask: { body: {} } },
  'DELETE /api/session': { signedOut: 200, open: true },
  'POST /api/invitations/preview': { signedOut: 410, open: true, ask: { body: { token: 'C'.repeat(43) } } },
  'POST /api/invitations/accept': {
    signedOut: 410,
    open: true,
    ask: { body: { token: 'C'.repeat(43), name: 'Mallory' } },
  },
  'GET /api/auth': { signedOut: 200, open: true },
  // Without an App nobody is sent to the forge, but back to our own page.
  'GET /api/auth/github': { signedOut: 200, open: true },
  'GET /api/auth/github/callback': { signedOut: 200, open: true },
  'GET /api/repositories': { signedOut: 401 },
  'GET /api/workspaces/recent': { signedOut: 401 },
  'GET /api/forge/budget': { signedOut: 401 },
  'GET /api/forge/budgets': { signedOut: 401, ownerOnly: true },
  'GET /api/access-tokens': { signedOut: 401 },
  'POST /api/access-tokens': {
    signedOut: 401,
    ask: { body: { name: 'x', scopes: ['events:read'], repository: null, expiresInDays: 1 } },
  },
  'DELETE /api/access-tokens/:id': { signedOut: 401, ask: { params: { id: NOTHING } } },
  'GET /api/settings': { signedOut: 401 },
  'PATCH /api/settings': { signedOut: 401, ask: { body: {} } },
  'GET /api/openapi.json': { signedOut: 200, open: true },
  'GET /api/docs': { signedOut: 200, open: true },
};

/** It does not end: its head alone is read. */
const ENDLESS: HttpRoute = 'GET /api/workspace/events/stream';

const scopeOf = (route: HttpRoute) => (httpRoutes[route] as { scope?: AccessScope }).scope;

function expectedOf(who: Who, route: HttpRoute, need: Role): number {
  if (who === 'token of revoked') return scopeOf(route) ? 404 : 403;
  if (!who.startsWith('token ')) return EXPECTED[need][who as (typeof PEOPLE)[number]];
  return who === `token ${scopeOf(route)}` ? ALLOWED : 403;
}

/** The same question about a repository, a room and an invitation that are not there. */
const ofNothing = (given: Case['ask']): Case['ask'] =>
  JSON.parse(
    JSON.stringify(given ?? {})
      .replaceAll(id, NOTHING)
      .replaceAll(invitationId, NOTHING)
      .replaceAll(`"repo":"${REPO}"`, '"repo":"Nothing"'),
  ) as Case['ask'];

/** All that is stored about repositories and their rooms. */
async function stored(): Promise<unknown> {
  const tables = [
    'repositories',
    'repository_members',
    'invitations',
    'workspaces',
    'workspace_visits',
    'workspace_presence',
    'workspace_events',
    'workspace_files',
    'documents',
    'document_updates',
  ];
  const all: Record<string, unknown> = {};
  for (const table of tables)
    all[table] = (
      await database.query<{ kept: string }>(
        `SELECT string_agg(md5(t::text), ' ' ORDER BY t::text) AS kept FROM ${table} t`,
      )
    ).rows;
  return all;
}

// Before anything is changed, whose event would come meanwhile.
test('SEC1 whoever may not see a repository is told of every route what he is told where there is none, and leaves no trace', async () => {
  const before = await stored();
  const different: unknown[] = [];
  for (const [route, { ask: given }] of Object.entries(routes()) as [HttpRoute, Case][])
    for (const who of ['signed out', 'none', 'revoked', 'token of revoked'] as const) {
      const [hidden, absent] = [await ask(who, route, given), await ask(who, route, ofNothing(given))];
      if (hidden.status !== absent.status || JSON.stringify(hidden.body) !== JSON.stringify(absent.body))
        different.push([who, route, hidden.body, absent.body]);
    }
  expect(different).toEqual([]);
  expect(await stored()).toEqual(before);
}, 120_000);

test('SEC1 SEC2 every route × everybody: who may not see gets 404, who may not do 403, a token its scope alone', async () => {
  const table = routes();
  expect([...Object.keys(table), ...Object.keys(OF_ONESELF)].toSorted()).toEqual(
    Object.keys(httpRoutes).toSorted(),
  );
  const unexpected: string[] = [];
  for (const [route, { need, ask: given, accepted = [ALLOWED] }] of Object.entries(table) as [
    HttpRoute,
    Case,
  ][])
    for (const who of WHO) {
      const { status } = await ask(who, route, given);
      const expected = expectedOf(who, route, need);
      if (expected === ALLOWED ? !accepted.includes(status) : status !== expected)
        unexpected.push(`${who}: ${route} answered ${status} instead of ${expected}`);
    }
  for (const [route, { signedOut, open, ownerOnly, ask: given }] of Object.entries(OF_ONESELF) as [
    HttpRoute,
    NonNullable<(typeof OF_ONESELF)[HttpRoute]>,
  ][]) {
    const { status } = await ask('signed out', route, given);
    if (status !== signedOut)
      unexpected.push(`signed out: ${route} answered ${status} instead of ${signedOut}`);
    if (ownerOnly)
      for (const who of ['none', 'revoked', 'read', 'write', 'admin'] as const) {
        const answer = await ask(who, route, given);
        const expected = who === 'admin' ? ALLOWED : 403;
        if (answer.status !== expected)
          unexpected.push(`${who}: ${route} answered ${answer.status} instead of ${expected}`);
      }
    for (const who of open ? [] : TOKENS) {
      const answer = await ask(who, route, given);
      if (answer.status !== 403) unexpected.push(`${who}: ${route} answered ${answer.status} instead of 403`);
    }
  }
  expect(unexpected).toEqual([]);
}, 120_000);

test('SEC1 to find that a repository is hidden costs what it costs to find that it is not there', async () => {
  // All but what is asked by itself for the room that is open.
  const ofTheRoom = `/repos/${OWNER}/${REPO}/`;
  const requests = () => proxy.asked.filter((each) => !each.includes(ofTheRoom)).length;
  const costs: number[] = [];
  for (const repo of [SECRET, 'Nothing-of-this-name', SECRET, 'Nothing-of-this-name']) {
    const before = requests();
    const { status } = await ask('none', 'GET /api/github/:owner/:repo', { params: { owner: OWNER, repo } });
    expect(status).toBe(404);
    costs.push(requests() - before);
  }
  // The second time both are known.
  expect(costs).toEqual([1, 1, 0, 0]);
  expect((await database.query('SELECT 1 FROM repositories WHERE name = $1', [SECRET])).rows).toEqual([]);
});

test('SEC1 only what one may see is listed', async () => {
  const listed = async (who: Who) =>
    ((await ask(who, 'GET /api/repositories')).body as { repo: string; role: Role }[])
      .map(({ repo, role }) => `${repo} ${role}`)
      .toSorted();
  expect(await listed('none')).toEqual(['Other write']);
  expect(await listed('revoked')).toEqual([]);
  expect(await listed('read')).toEqual([`${REPO} read`]);
  expect(await listed('admin')).toEqual([`${REPO} admin`, 'Other admin', `${SECRET} admin`].toSorted());
  expect((await ask('revoked', 'GET /api/workspaces/recent')).body).toEqual([]);
});

test('SEC1 nobody may more than Perch’s own token', async () => {
  for (const [permission, expected] of [
    ['write', { open: 'write', branch: 201, invite: 403 }],
    ['read', { open: 'read', branch: 403, invite: 403 }],
  ] as const) {
    const surroundings = await startSurroundings({ permission });
    const limited = await PerchServer.start(surroundings);
    const owner = await limited.ownerCookie();
    const opened = await limited.ask(owner, 'POST /api/workspaces', { body: { ...ref, branch: 'main' } });
    expect(opened.body).toMatchObject({ role: expected.open });
    const made = await limited.ask(owner, 'POST /api/github/branches', {
      body: { ...ref, baseBranch: 'main', newBranch: 'made' },
    });
    expect(made.status).toBe(expected.branch);
    const invited = await limited.ask(owner, 'POST /api/invitations', {
      body: { ...ref, role: 'read', expiresInHours: 1 },
    });
    expect(invited.status).toBe(expected.invite);
    await limited.stop();
    await surroundings.stop();
  }
});
