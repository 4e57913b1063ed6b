import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHookReceiver, type HookReceiver } from '../forge/testing/hook-receiver.js';
import type { RouteReply } from '../protocol/http-routes.js';
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

const PEOPLE = { ada: 'write', rob: 'read' } as const;
let surroundings: TestSurroundings;
let proxy: ForgeProxy;
/** Hears from the forge who did what there: whose token came in. */
let hook: HookReceiver;
let perch: PerchServer;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings({ people: PEOPLE });
  hook = await startHookReceiver('a-secret-for-hooks');
  surroundings.forge.addHook({ url: hook.url, secret: 'a-secret-for-hooks', events: ['create'] });
  proxy = await ForgeProxy.start(surroundings.github.apiUrl);
  const github = { ...surroundings.github, apiUrl: proxy.url };
  perch = await PerchServer.start({ ...surroundings, github }, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  await proxy.stop();
  await surroundings.stop();
  await hook.stop();
});

/** Signed in at the forge and let in by an invitation to write, whatever the forge lets him. */
async function member(login: string): Promise<ForgeBrowser> {
  const browser = new ForgeBrowser(perch.url);
  await browser.signIn(login);
  const { body } = await perch.ask(browser.cookie, 'GET /api/session');
  const workspace = await perch.ask(await perch.ownerCookie(), 'GET /api/github/:owner/:repo', {
    params: { owner: OWNER, repo: REPO },
  });
  await database.query(
    `INSERT INTO repository_members (repository_id, user_id, role) VALUES ($1, $2, 'write')`,
    [(workspace.body as { id: number }).id, (body as { id: string }).id],
  );
  return browser;
}

async function signedIn(login: string): Promise<string> {
  const browser = new ForgeBrowser(perch.url);
  await browser.signIn(login);
  return browser.cookie;
}

const branch = (cookie: string, newBranch: string) =>
  perch.ask(cookie, 'POST /api/github/branches', {
    body: { owner: OWNER, repo: REPO, baseBranch: 'main', newBranch },
  });

/** The room of a branch that is not there any more. */
async function deletedRoom(cookie: string, name: string): Promise<string> {
  surroundings.git.git('update-ref', `refs/heads/${name}`, 'main');
  const id = await perch.open(cookie, name);
  surroundings.git.git('update-ref', '-d', `refs/heads/${name}`);
  // No hook tells of what git alone has done: the first look may be an old answer, the next one is not.
  expect((await recreate(cookie, id)).status).toBe(409);
  const state = async () =>
    (await perch.ask(cookie, 'GET /api/workspaces/:id/branch', { params: { id } })).body;
  await expect.poll(state, { timeout: 15_000 }).toMatchObject({ state: 'deleted' });
  return id;
}

const recreate = (cookie: string, id: string) =>
  perch.ask(cookie, 'POST /api/workspaces/:id/branch', { params: { id }, body: { choice: 'recreate' } });

const branchOff = async (cookie: string, newBranch: string) =>
  perch.ask(cookie, 'POST /api/workspaces/:id/branch-off', {
    params: { id: await perch.open(cookie) },
    body: { newBranch, bring: false },
  });

const maker = (name: string): unknown => {
  const made = hook.heard.find(({ event, body }) => event === 'create' && body.ref === name);
  return (made?.body.sender as { login: string } | undefined)?.login;
};

async function commit(cookie: string, path: string) {
  const id = await perch.open(cookie);
  await perch.ask(cookie, 'POST /api/workspaces/:id/files', {
    params: { id },
    body: { path, text: 'new\n' },
  });
  return perch.ask(cookie, 'POST /api/workspaces/:id/commit', {
    params: { id },
    body: { message: `Add ${path}`, paths: [path] },
  });
}

test('SEC1 what somebody writes is written as him: the forge’s own rights decide', async () => {
  const ada = await member('ada');
  expect((await branch(ada.cookie, 'by-ada')).status).toBe(201);
  const made = await commit(ada.cookie, 'ada.txt');
  expect([made.status, made.body]).toMatchObject([200, { committedPaths: ['ada.txt'] }]);
  const rob = await member('rob');
  expect(await branch(rob.cookie, 'by-rob')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(await commit(rob.cookie, 'rob.txt')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  const names = await perch.ask(ada.cookie, 'GET /api/github/:owner/:repo/branches', {
    params: { owner: OWNER, repo: REPO },
  });
  expect(JSON.stringify(names.body)).toContain('by-ada');
  expect(JSON.stringify(names.body)).not.toContain('by-rob');
});

test('SEC1 a branch is made, branched off and made again with the token of whoever does it; an invited one’s with Perch’s', async () => {
  const ada = await signedIn('ada');
  const owner = await perch.ownerCookie();
  const guest = await perch.invite(owner, 'write');
  for (const [who, cookie, login] of [
    ['ada', ada, 'ada'],
    ['guest', guest, 'perch'],
    ['owner', owner, 'perch'],
  ] as const) {
    const room = await deletedRoom(cookie, `${who}/again`);
    expect((await branch(cookie, `${who}/made`)).status).toBe(201);
    expect((await branchOff(cookie, `${who}/off`)).status).toBe(200);
    expect((await recreate(cookie, room)).status).toBe(200);
    for (const name of ['made', 'off', 'again'])
      await expect.poll(() => [name, maker(`${who}/${name}`)]).toEqual([name, login]);
  }
  expect(hook.faults).toEqual([]);
});

test('SEC1 GIT3 where the forge lets somebody write no more just then, it is 403, in a sentence, and nothing is made', async () => {
  const ada = await signedIn('ada');
  const room = await deletedRoom(ada, 'lost/again');
  const serve = (permissions: Record<string, 'admin' | 'write' | 'read'>) =>
    surroundings.forge.addRepository({
      owner: OWNER,
      name: REPO,
      path: surroundings.git.bare,
      permissions: { perch: 'admin', ...permissions },
    });
  const refused = {
    status: 403,
    body: {
      code: 'forbidden',
      message: expect.stringMatching(/^GitHub does not allow this: Resource not accessible.*/) as string,
    },
  };
  for (const [path, act] of [
    [/\/git\/refs$/, () => branch(ada, 'lost/made')],
    [/\/git\/refs$/, () => branchOff(ada, 'lost/off')],
    [/\/graphql$/, () => recreate(ada, room)],
  ] as const) {
    // Between our look at his right and the forge's own.
    proxy.next('POST', path, { kind: 'first', run: () => serve({ ada: 'read' }) });
    expect(await act()).toMatchObject(refused);
    await serve(PEOPLE);
  }
  expect(surroundings.git.git('for-each-ref', 'refs/heads/lost')).toBe('');
  // And as soon as he may again, it is done.
  expect((await recreate(ada, room)).status).toBe(200);
});

test('GIT6 the owner sees what is left of each token, his and of whoever signed in, and what was free', async () => {
  const ada = await signedIn('ada');
  const look = { params: { owner: OWNER, repo: REPO } };
  expect((await perch.ask(ada, 'GET /api/github/:owner/:repo', look)).status).toBe(200);
  expect((await perch.ask(ada, 'GET /api/forge/budgets')).status).toBe(403);
  const { body } = await perch.ask(await perch.ownerCookie(), 'GET /api/forge/budgets');
  const { tokens } = body as RouteReply<'GET /api/forge/budgets'>;
  const of = (kind: string) => tokens.find(({ token }) => token.kind === kind);
  expect(of('person')).toMatchObject({ token: { name: 'ada of Acme' }, pauses: 0, pausedUntil: null });
  const core = of('perch')?.resources.find(({ name }) => name === 'core');
  expect(core?.limit).toBe(5_000);
  expect(of('perch')?.unchanged).toBeGreaterThan(0);
  // To be asked costs nothing.
  const asked = proxy.asked.length;
  const again = await perch.ask(await perch.ownerCookie(), 'GET /api/forge/budgets');
  expect((again.body as { tokens: unknown }).tokens).toEqual(tokens);
  expect(proxy.asked.slice(asked).filter((each) => !each.includes('/git/ref/'))).toEqual([]);
});

test('SEC3 where the forge lets Perch act for him no more, nothing is written and he is asked to sign in again', async () => {
  const ada = new ForgeBrowser(perch.url);
  await ada.signIn('ada');
  surroundings.forge.takeBack('ada');
  expect(await branch(ada.cookie, 'too-late')).toMatchObject({
    status: 401,
    body: { code: 'unauthenticated', message: expect.stringContaining('Your work is kept') as string },
  });
  expect((await perch.ask(ada.cookie, 'GET /api/session')).status).toBe(401);
  await ada.signIn('ada');
  expect((await branch(ada.cookie, 'not-too-late')).status).toBe(201);
});
