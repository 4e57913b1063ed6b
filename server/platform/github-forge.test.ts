import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { git, startTestForge, type TestForge } from '../forge/testing/test-forge.js';
import type { ForgeRates } from '../forge/limits.js';
import { GithubClient } from './github-client.js';
import { log } from './log.js';

let it: TestForge;
afterEach(() => it.stop());
const author = { name: 'Ada', email: 'ada@example.com' };

async function start(rates?: ForgeRates): Promise<{ client: GithubClient; main: string }> {
  log.level = 'silent';
  it = await startTestForge({ rates });
  const work = await it.work('cat', { 'a.txt': 'a\n' });
  await it.serve('cat', work);
  const client = new GithubClient({ apiUrl: it.forge.apiUrl, token: 'token-of-ada' });
  return { client, main: await git(work, 'rev-parse', 'main') };
}

const count = (key: string) => it.forge.answers.get(key) ?? 0;

test('GIT6 a branch that has not moved costs nothing to ask for', async () => {
  const { client, main } = await start();
  expect(client.budget).toBeNull();
  for (let time = 0; time < 5; time++) expect(await client.getBranchHead('octo', 'cat', 'main')).toBe(main);
  expect(count('GET git/ref 200')).toBe(1);
  expect(count('GET git/ref 304')).toBe(4);
  expect(client.budget).toMatchObject({ limit: 5000, remaining: 4999 });
  expect(Date.parse(client.budget!.resetsAt)).toBeGreaterThan(Date.now());
  // Somebody else uses the same token: what is left is told with an unchanged answer too.
  await it.client().rest.repos.get({ owner: 'octo', repo: 'cat' });
  await client.getBranchHead('octo', 'cat', 'main');
  expect(client.budget).toMatchObject({ remaining: 4998 });
});

test('GIT6 text goes inside the tree: a commit of many files is two requests, and one moves the branch', async () => {
  const { client, main } = await start();
  const changes = Array.from({ length: 50 }, (_, index) => ({
    path: `src/${index}.txt`,
    mode: '100644' as const,
    content: `${index}\r\n`,
  }));
  const tree = await client.createTree('octo', 'cat', main, changes);
  const sha = await client.createCommit('octo', 'cat', { message: 'm', tree, parents: [main], author });
  const repository = (await client.getRepository('octo', 'cat'))!;
  const move = { repositoryNodeId: repository.nodeId, branch: 'main', beforeOid: main, afterOid: sha };
  expect(await client.updateRef(move)).toBe('moved');
  expect([count('POST git/trees 201'), count('POST git/commits 201'), count('POST graphql 200')]).toEqual([
    1, 1, 1,
  ]);
  expect(count('POST git/blobs 201')).toBe(0);
  expect(await client.updateRef(move)).toBe('head-moved');
  expect(count('POST graphql 200')).toBe(2);
});

test('GIT4 a blob of many megabytes comes as it is', async () => {
  it = await startTestForge();
  const bytes = Buffer.from('a line of a large file\n'.repeat(500_000));
  const work = await it.work('cat', { 'large.txt': bytes });
  await it.serve('cat', work);
  const client = new GithubClient({ apiUrl: it.forge.apiUrl, token: 'token-of-ada' });
  const sha = await git(work, 'rev-parse', 'HEAD:large.txt');
  expect(bytes.equals(await client.getBlob('octo', 'cat', sha))).toBe(true);
});

test('GIT6 a 409 is asked once', async () => {
  const { client } = await start();
  await git(it.root, 'init', '--quiet', '--bare', 'empty.git');
  await it.serve('empty', join(it.root, 'empty.git'));
  const begun = performance.now();
  expect(await client.getBranchHead('octo', 'empty', 'main')).toBeNull();
  await expect(client.createBlob('octo', 'empty', new Uint8Array([1]))).rejects.toMatchObject({
    code: 'conflict',
  });
  expect([count('GET git/ref 409'), count('POST git/blobs 409')]).toEqual([1, 1]);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('GIT6 a short retry-after is kept to, a used-up budget is told with its reset and not asked again', async () => {
  const { client } = await start({ writesPerMinute: 1, retryAfterSeconds: 60, refusalStatus: 429 });
  const write = () => client.createBlob('octo', 'cat', new Uint8Array([1]));
  await write();
  await expect(write()).rejects.toMatchObject({ code: 'rate-limited', retryAfterMs: 60_000 });
  expect(count('POST git/blobs 429')).toBe(1);
  const [own] = client.budgets.all();
  expect(own).toMatchObject({ token: { kind: 'perch' }, requests: 2, unchanged: 0, pauses: 1 });
  expect(Date.parse(own?.pausedUntil ?? '') - Date.now()).toBeGreaterThan(50_000);
  await it.stop();
  const spent = await start({ requestsPerHour: 1 });
  await spent.client.getRepository('octo', 'cat');
  const refusal = (await spent.client
    .getBranchHead('octo', 'cat', 'main')
    .catch((error: unknown) => error)) as {
    code: string;
    retryAfterMs: number;
  };
  expect(refusal.code).toBe('rate-limited');
  // Until the hour is over, as the reset header says.
  expect(refusal.retryAfterMs).toBeGreaterThan(3_500_000);
  expect(count('GET git/ref 403')).toBe(1);
  expect(spent.client.budget).toMatchObject({ limit: 1, remaining: 0 });
});
