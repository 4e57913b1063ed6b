import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestForge, type TestForge } from '../forge/testing/test-forge.js';
import { ForgeProxy } from '../testing/forge-proxy.js';
import { GithubClient } from './github-client.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const APP = { id: 7, slug: 'perch-app', publicKey };
const MINUTE_MS = 60_000;

let stage: TestForge;
let id: number;
beforeAll(async () => {
  stage = await startTestForge({ installable: [APP] });
  const path = await stage.work('one', { 'a.txt': 'a' });
  ({ id } = await stage.serve('one', path, { private: true, permissions: {} }));
  stage.forge.installations.install(APP.id, 'octo');
});
afterEach(() => vi.useRealTimers());
afterAll(() => stage.stop());

const client = () =>
  new GithubClient({ apiUrl: stage.forge.apiUrl, app: { appId: APP.id, privateKey }, isOwn: true });
const tokens = () => stage.forge.answers.get('POST app 201') ?? 0;

test('NAM1 a repository is found by its id by a process that has not seen it, and by all that names it then', async () => {
  const github = client();
  const repository = await github.getRepositoryById(id);
  expect(repository).toMatchObject({ id, owner: 'octo', name: 'one', permission: 'admin' });
  expect(await client().getRepositoryById(4_711)).toBeNull();
  const head = await github.getBranchHead('octo', 'one', 'main');
  const move = { repositoryNodeId: repository?.nodeId ?? '', branch: 'by-id', afterOid: head ?? '' };
  expect(await github.updateRef({ ...move, beforeOid: null })).toBe('moved');
  expect(
    (await github.listBranches('octo', 'one')).branches.map(({ committedAt }) => committedAt),
  ).not.toContain(null);
});

test('GIT6 each token’s budget is known by its name', async () => {
  const github = client();
  await github.getBranchHead('octo', 'one', 'main');
  await github.getBranchHead('octo', 'one', 'main');
  const [installation, app] = ['installation', 'app'].map((kind) =>
    github.budgets.all().find(({ token }) => token.kind === kind),
  );
  expect(installation).toMatchObject({ token: { account: 'octo' }, requests: 2, unchanged: 1, pauses: 0 });
  expect(installation?.resources).toMatchObject([{ name: 'core', limit: 5_000 }]);
  expect(app?.requests).toBe(2);
  expect(github.budget).toMatchObject({ limit: 5_000, remaining: installation?.resources[0]?.remaining });
});

test('SEC1 GIT6 a limit that is used up says nothing of a repository, and the pages of a list are asked by its id', async () => {
  const proxy = await ForgeProxy.start(stage.forge.apiUrl);
  const behind = () =>
    new GithubClient({ apiUrl: proxy.url, app: { appId: APP.id, privateKey }, isOwn: true });
  const at = `${proxy.url}/repositories/${id}/branches?per_page=100&page=2`;
  const links = { link: `<${at}>; rel="next", <${at}>; rel="last"` };
  proxy.next('GET', /repos\/octo\/one\/branches/, { kind: 'answer', status: 200, headers: links, body: [] });
  proxy.next('GET', /repositories\/\d+\/branches/, { kind: 'answer', status: 200, body: [] });
  expect(await behind().listHeads('octo', 'one')).toEqual([]);
  expect(proxy.count('GET', /repositories\/\d+\/branches\?per_page=100&page=2/)).toBe(1);

  const github = behind();
  expect(await github.getRepositoryById(id)).not.toBeNull();
  const body = {
    message: 'API rate limit exceeded for installation ID 1.',
    documentation_url: 'https://x.y',
  };
  const reset = {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': `${Math.ceil(Date.now() / 1000) + 1800}`,
  };
  proxy.next(
    'GET',
    /repositories\/\d+$|repos\/octo\/one$/,
    { kind: 'answer', status: 403, headers: reset, body },
    Infinity,
  );
  await expect(github.getRepositoryById(id)).rejects.toMatchObject({ code: 'rate-limited' });
  await proxy.stop();
});

// The last one: Octokit's own limiter would wait for the hour to come.
test('GIT6 an installation’s token serves until shortly before its end, whoever asks', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const start = Date.now();
  const github = client();
  const before = tokens();
  await Promise.all(['main', 'none'].map((branch) => github.getBranchHead('octo', 'one', branch)));
  expect(tokens()).toBe(before + 1);
  vi.setSystemTime(start + 54 * MINUTE_MS);
  expect(await github.getBranchHead('octo', 'one', 'main')).not.toBeNull();
  expect(tokens()).toBe(before + 1);
  vi.setSystemTime(start + 56 * MINUTE_MS);
  expect(await github.getBranchHead('octo', 'one', 'main')).not.toBeNull();
  expect(tokens()).toBe(before + 2);
});
