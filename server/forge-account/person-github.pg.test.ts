import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ForgeBrowser } from '../testing/forge-browser.js';
import {
  OWNER,
  PerchServer,
  REPO,
  SIGN_IN,
  startSurroundings,
  type TestSurroundings,
} from '../testing/perch-server.js';

let surroundings: TestSurroundings;
let perch: PerchServer;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings({ people: { ada: 'write', rob: 'read' } });
  perch = await PerchServer.start(surroundings, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  await surroundings.stop();
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

const branch = (cookie: string, newBranch: string) =>
  perch.ask(cookie, 'POST /api/github/branches', {
    body: { owner: OWNER, repo: REPO, baseBranch: 'main', newBranch },
  });

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
