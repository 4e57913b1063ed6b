import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DocumentTab } from '../document/testing/document-tab.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { ForgeProxy, type Mishap } from '../testing/forge-proxy.js';
import { PerchServer, startSurroundings, type TestSurroundings } from '../testing/perch-server.js';
import { SOON } from '../testing/soon.js';

const GRAPHQL = /\/graphql$/;
const TREES = /\/git\/trees$/;

let surroundings: TestSurroundings;
let proxy: ForgeProxy;
let perch: PerchServer;
let alice: string;
let bob: string;
let workspaceId: string;
beforeAll(async () => {
  surroundings = await startSurroundings();
  proxy = await ForgeProxy.start(surroundings.github.apiUrl);
  perch = await PerchServer.start({
    ...surroundings,
    github: { ...surroundings.github, apiUrl: proxy.url },
  });
  alice = await perch.ownerCookie();
  bob = await perch.invite(alice, 'write');
  workspaceId = await perch.open(alice);
});
beforeEach(() => proxy.reset());
afterAll(async () => {
  await perch.stop();
  await proxy.stop();
  await surroundings.stop();
});

let files = 0;
/** A new file with one line in it, not committed. */
async function write(cookie: string): Promise<string> {
  const path = `race-${++files}.txt`;
  const made = await perch.ask(cookie, 'POST /api/workspaces/:id/files', {
    params: { id: workspaceId },
    body: { path, text: `line of ${path}\n` },
  });
  if (made.status >= 300) throw new Error(JSON.stringify(made.body));
  return path;
}
const commit = (cookie: string, path: string) =>
  perch.ask(cookie, 'POST /api/workspaces/:id/commit', {
    params: { id: workspaceId },
    body: { message: `Add ${path}`, paths: [path] },
  });
async function pending(): Promise<string[]> {
  const answer = await perch.ask(alice, 'GET /api/workspaces/:id/changes', { params: { id: workspaceId } });
  return (answer.body as { path: string }[]).map(({ path }) => path);
}
/** What stands on the branch since a commit, the oldest first. */
const since = (start: string) =>
  surroundings.git.git('log', '--reverse', '--format=%s', `${start}..main`).split('\n').filter(Boolean);
const head = () => surroundings.git.git('rev-parse', 'main');
const content = (path: string) => surroundings.git.git('show', `main:${path}`);

test('GIT1 two people who commit at once make two commits, each his own file', async () => {
  const start = head();
  const [hers, his] = [await write(alice), await write(bob)];
  const answers = await Promise.all([commit(alice, hers), commit(bob, his)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(since(start).toSorted()).toEqual([`Add ${hers}`, `Add ${his}`].toSorted());
  for (const path of [hers, his]) expect(content(path)).toBe(`line of ${path}`);
  expect(await pending()).toEqual([]);
});

test('GIT1 a push between the tree and the ref comes in, and the commit is made once on top of it', async () => {
  const start = head();
  const path = await write(alice);
  const clone = surroundings.git.clone();
  const tab = await DocumentTab.in(perch, bob, workspaceId, 'README.md');
  proxy.next('POST', GRAPHQL, {
    kind: 'first',
    run: async () => {
      await writeFile(join(clone, 'README.md'), '# Game\n\nPushed meanwhile.\n');
      surroundings.git.commitAll(clone, 'Pushed meanwhile');
    },
  });
  const made = await commit(alice, path);
  expect(made).toMatchObject({ status: 200, body: { committedPaths: [path] } });
  expect(since(start)).toEqual(['Pushed meanwhile', `Add ${path}`]);
  expect(content('README.md')).toBe('# Game\n\nPushed meanwhile.');
  expect(content(path)).toBe(`line of ${path}`);
  await expect.poll(() => tab.text, SOON).toBe('# Game\n\nPushed meanwhile.\n');
  expect(await pending()).toEqual([]);
  tab.socket.disconnect();
});

test.for([
  [409, 'conflict', 'Git Repository is empty.'],
  [422, 'unprocessable', 'tree.path contains a malformed path component'],
] as const)(
  'GIT6 a %i is an answer: asked for once, told at once, nothing lost',
  async ([status, code, message]) => {
    const start = head();
    const path = await write(alice);
    proxy.next('POST', TREES, { kind: 'answer', status, body: { message } });
    const began = performance.now();
    const refused = await commit(alice, path);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(refused).toMatchObject({ body: { code, message: expect.stringContaining(message) as string } });
    expect(proxy.count('POST', TREES)).toBe(1);
    expect([since(start), await pending()]).toEqual([[], [path]]);
    expect((await commit(alice, path)).status).toBe(200);
    expect([since(start), await pending()]).toEqual([[`Add ${path}`], []]);
  },
);

test('GIT6 a short retry-after is waited for and asked once more; a long one is told, and nothing is made', async () => {
  const start = head();
  const path = await write(alice);
  const body = { message: 'You have exceeded a secondary rate limit. Please wait.' };
  const limit = (seconds: number) => {
    const headers = { 'Retry-After': String(seconds) };
    proxy.next('POST', TREES, { kind: 'answer', status: 403, headers, body });
  };
  limit(60);
  let began = performance.now();
  const refused = await commit(alice, path);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(refused).toMatchObject({
    status: 429,
    body: { code: 'rate-limited', retry: true, retryAfterMs: 60_000 },
  });
  expect(proxy.count('POST', TREES)).toBe(1);
  expect([since(start), await pending()]).toEqual([[], [path]]);
  limit(2);
  began = performance.now();
  expect((await commit(alice, path)).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(2_000);
  expect(proxy.count('POST', TREES)).toBe(3);
  expect([since(start), await pending()]).toEqual([[`Add ${path}`], []]);
});

test('GIT1 a network that is cut after the ref moved: the commit is found, and told as made', async () => {
  const start = head();
  const path = await write(alice);
  const moves = () => surroundings.forge.answers.get('POST graphql 200') ?? 0;
  const before = moves();
  proxy.next('POST', GRAPHQL, { kind: 'cut-after' });
  const made = await commit(alice, path);
  expect(made).toMatchObject({ status: 200, body: { sha: head(), committedPaths: [path] } });
  expect([since(start), await pending()]).toEqual([[`Add ${path}`], []]);
  // The move is not asked for again where it may have been made: by the forge's own count.
  expect(moves() - before).toBe(1);
});

test.each<[string, Mishap]>([
  ['a network that is cut before the ref moved', { kind: 'cut-before' }],
  [
    'a page of a gateway in the place of an answer',
    { kind: 'answer', status: 200, body: '<html>Sign in to the network</html>' },
  ],
])('GIT1 %s: nothing is made, it says so, and the next try makes it once', async (_, mishap) => {
  const start = head();
  const path = await write(alice);
  proxy.next('POST', GRAPHQL, mishap);
  const refused = await commit(alice, path);
  expect(refused).toMatchObject({
    status: 502,
    body: { code: 'forge', message: expect.stringContaining('Your work is kept') as string },
  });
  expect([since(start), await pending()]).toEqual([[], [path]]);
  expect((await commit(alice, path)).status).toBe(200);
  expect([since(start), await pending()]).toEqual([[`Add ${path}`], []]);
});

test('GIT1 a network that stays cut after the ref moved: once it is back the room follows, and nothing is made twice', async () => {
  const start = head();
  const path = await write(alice);
  proxy.next('POST', GRAPHQL, { kind: 'cut-after' });
  // Octokit asks thrice, then it is not known what became of the commit.
  proxy.next('GET', /\/git\/ref\//, { kind: 'cut-before' }, 3);
  const unknown = await commit(alice, path);
  expect(unknown).toMatchObject({ status: 502, body: { code: 'forge' } });
  expect(since(start)).toEqual([`Add ${path}`]);
  await expect.poll(pending, SOON).toEqual([]);
  const again = await commit(alice, path);
  expect(again).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
  expect(since(start)).toEqual([`Add ${path}`]);
  expect(content(path)).toBe(`line of ${path}`);
});

test('GIT1 a network that is cut after the ref moved, and a forge that shows the branch as it was: the commit is found later, as hers', async () => {
  const start = head();
  const path = await write(alice);
  proxy.next('POST', GRAPHQL, { kind: 'cut-after' });
  const object = { sha: start, type: 'commit', url: 'https://example.com/' };
  const old = { ref: 'refs/heads/main', node_id: 'x', url: 'https://example.com/', object };
  proxy.next('GET', /\/git\/ref\//, { kind: 'answer', status: 200, body: old }, 1);
  const unknown = await commit(alice, path);
  expect(unknown).toMatchObject({
    status: 502,
    body: { code: 'forge', message: expect.stringContaining('Your work is kept') as string },
  });
  expect(since(start)).toEqual([`Add ${path}`]);
  const again = await commit(alice, path);
  expect(again).toMatchObject({ status: 422, body: { code: 'unprocessable' } });
  expect([since(start), await pending()]).toEqual([[`Add ${path}`], []]);
  const { body } = await perch.ask(alice, 'GET /api/workspaces/:id/events', {
    params: { id: workspaceId },
    query: { after: '0' },
  });
  const told = (body as { events: WorkspaceEvent[] }).events.filter(({ type }) =>
    ['commit.created', 'branch.merged'].includes(type),
  );
  expect(told.at(-1)).toMatchObject({ type: 'commit.created', payload: { sha: head() } });
});
