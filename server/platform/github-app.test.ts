import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestForge, type TestForge } from '../forge/testing/test-forge.js';
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
