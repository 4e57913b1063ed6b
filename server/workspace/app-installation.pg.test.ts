import { generateKeyPairSync } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GitGithub } from '../commit/testing/git-github.js';
import type { Repository } from '../protocol/repository.js';
import { ForgeBrowser } from '../testing/forge-browser.js';
import {
  OWNER,
  PerchServer,
  REPO,
  SIGN_IN,
  startSurroundings,
  type TestSurroundings,
} from '../testing/perch-server.js';
import { SOON } from '../testing/soon.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const APP = { id: 77, slug: 'perch-app', publicKey };
const OTHER = 'Elsewhere';
const ref = { owner: OWNER, repo: REPO };

let surroundings: TestSurroundings;
let other: GitGithub;
let perch: PerchServer;
let database: pg.Client;
beforeAll(async () => {
  surroundings = await startSurroundings({ people: { ada: 'write', eve: null }, installable: [APP] });
  other = new GitGithub({ 'a.txt': { bytes: 'a' } });
  await surroundings.forge.addRepository({
    owner: OWNER,
    name: OTHER,
    path: other.bare,
    private: true,
    permissions: { ada: 'write' },
  });
  surroundings.forge.installations.install(APP.id, OWNER, { repositories: [REPO] });
  const { apiUrl } = surroundings.github;
  // No token at all: the App's key, and what is asked for with it.
  const github = { apiUrl, isOwn: true, app: { appId: APP.id, privateKey } };
  perch = await PerchServer.start({ ...surroundings, github } as unknown as TestSurroundings, SIGN_IN);
  database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
  await surroundings.stop();
  other.remove();
});

async function signedIn(login: string): Promise<string> {
  const browser = new ForgeBrowser(perch.url);
  await browser.signIn(login);
  return browser.cookie;
}
const look = (cookie: string, repo: string) =>
  perch.ask(cookie, 'GET /api/github/:owner/:repo', { params: { owner: OWNER, repo } });
async function commit(cookie: string, path: string) {
  const id = await perch.open(cookie);
  const params = { id };
  await perch.ask(cookie, 'POST /api/workspaces/:id/files', { params, body: { path, text: 'new\n' } });
  return perch.ask(cookie, 'POST /api/workspaces/:id/commit', {
    params,
    body: { message: `Add ${path}`, paths: [path] },
  });
}
/** What a webhook of the App's installations makes Perch do. */
const doubt = () => database.query(`SELECT pg_notify('perch_access', 'forge:*')`);

test('SEC1 as a GitHub App Perch serves what it is installed on, to the owner, to who signed in and to guests', async () => {
  const owner = await perch.ownerCookie();
  const listed = (await perch.ask(owner, 'GET /api/repositories')).body as Repository[];
  expect(listed.map(({ repo, role }) => [repo, role])).toEqual([[REPO, 'admin']]);
  const guest = await perch.invite(owner, 'write');
  const ada = await signedIn('ada');
  for (const [cookie, role] of [
    [owner, 'admin'],
    [guest, 'write'],
    [ada, 'write'],
  ] as const)
    expect((await look(cookie, REPO)).body).toMatchObject({ repo: REPO, role });
  expect((await commit(owner, 'by-owner.txt')).status).toBe(200);
  expect((await commit(guest, 'by-guest.txt')).status).toBe(200);
  expect((await commit(ada, 'by-ada.txt')).status).toBe(200);
  const id = await perch.open(owner);
  const found = await perch.ask(owner, 'POST /api/workspaces/:id/search', {
    params: { id },
    body: { query: 'bird' },
  });
  expect(found.status).toBe(200);
  expect((await perch.ask(owner, 'GET /api/github/:owner/:repo/branches', { params: ref })).status).toBe(200);
  // One token for the installation, however much was asked.
  expect(surroundings.forge.answers.get('POST app 201')).toBe(1);
});

test('SEC1 where the App is not installed, who may know of the repository is told what to do, and nobody else', async () => {
  const [owner, ada, eve] = [await perch.ownerCookie(), await signedIn('ada'), await signedIn('eve')];
  const guest = await perch.invite(owner, 'write', 'Guest');
  const told = {
    status: 404,
    body: {
      code: 'not-found',
      message: expect.stringMatching(
        /App is not installed on Acme\/Elsewhere.*\/apps\/perch-app\/installations\/new$/,
      ) as string,
    },
  };
  expect(await look(owner, OTHER)).toMatchObject(told);
  expect(await look(ada, OTHER)).toMatchObject(told);
  for (const cookie of [eve, guest]) {
    const hidden = await look(cookie, OTHER);
    expect(hidden.status).toBe(404);
    expect(hidden.body).toEqual((await look(cookie, 'Nothing')).body);
    expect(JSON.stringify(hidden.body)).not.toContain('install');
  }
});

test('SEC1 a token that was revoked is renewed; an App that is taken away serves nothing there from its notice on', async () => {
  const owner = await perch.ownerCookie();
  const { installations } = surroundings.forge;
  const [installation] = installations.of(APP);
  installations.endTokens(installation?.id ?? 0);
  await expect.poll(async () => (await commit(owner, 'renewed.txt')).status, SOON).toBe(200);
  installations.uninstall(installation?.id ?? 0);
  await doubt();
  await expect.poll(async () => (await look(owner, REPO)).status, SOON).toBe(404);
  expect((await look(owner, REPO)).body).toMatchObject({
    message: expect.stringContaining('App is not installed on') as string,
  });
  // Installed again, under another id, to read alone.
  installations.install(APP.id, OWNER, { contents: 'read' });
  await doubt();
  await expect.poll(async () => (await look(owner, REPO)).body, SOON).toMatchObject({ role: 'read' });
});
