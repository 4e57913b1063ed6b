import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { BranchState } from '../protocol/branch-state.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { OWNER, REPO } from '../testing/perch-server.js';
import { startHookedPerch, type HookedPerch } from '../webhook/testing/hooked-perch.js';
import { SOON } from '../testing/soon.js';

let it: HookedPerch;
let database: pg.Client;
let owner: string;
beforeAll(async () => {
  it = await startHookedPerch();
  database = new pg.Client({ connectionString: it.surroundings.databaseUrl });
  await database.connect();
  owner = await it.perch.ownerCookie();
});
afterEach(() => {
  it.proxy.reset();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await database.end();
  await it.stop();
});

/** A room on a branch of its own in which something was committed just now: the heads before and after. */
async function committed(branch: string) {
  const before = it.surroundings.git.git('rev-parse', 'main');
  it.surroundings.git.git('update-ref', `refs/heads/${branch}`, before);
  const id = await it.perch.open(owner, branch);
  const after = await commit(id, 'one.txt');
  return { id, before, after };
}
async function commit(id: string, path: string): Promise<string> {
  const params = { id };
  await it.perch.ask(owner, 'POST /api/workspaces/:id/files', { params, body: { path, text: 'one\n' } });
  const { status, body } = await it.perch.ask(owner, 'POST /api/workspaces/:id/commit', {
    params,
    body: { message: `Add ${path}`, paths: [path] },
  });
  expect([status, body]).toMatchObject([200, {}]);
  return (body as { sha: string }).sha;
}
async function told(id: string): Promise<string[]> {
  const { body } = await it.perch.ask(owner, 'GET /api/workspaces/:id/events', {
    params: { id },
    query: { after: '0' },
  });
  return (body as { events: WorkspaceEvent[] }).events.map(({ type }) => type);
}
async function state(id: string): Promise<BranchState> {
  return (await it.perch.ask(owner, 'GET /api/workspaces/:id/branch', { params: { id } }))
    .body as BranchState;
}

const choose = (id: string, choice: string) =>
  it.perch.ask(owner, 'POST /api/workspaces/:id/branch', { params: { id }, body: { choice } });

test('GIT3 a forge that answers with the head from before our own commit has not moved the branch', async () => {
  const { id, before, after } = await committed('late');
  const answer = {
    ref: 'refs/heads/late',
    node_id: 'x',
    url: 'https://example.com/',
    object: { sha: before, type: 'commit', url: 'https://example.com/' },
  };
  it.proxy.next('GET', /git\/ref\/heads.*late/, { kind: 'answer', status: 200, body: answer }, Infinity);
  await it.perch.open(owner, 'late');
  expect(it.proxy.count('GET', /git\/ref\/heads.*late/)).toBeGreaterThan(0);
  expect(await state(id)).toMatchObject({ state: 'there', baseCommit: after });
  // And the next commit is made on ours.
  const next = await commit(id, 'two.txt');
  expect(it.surroundings.git.git('rev-parse', 'late^')).toBe(after);
  it.proxy.reset();
  await it.perch.open(owner, 'late');
  expect(await state(id)).toMatchObject({ state: 'there', baseCommit: next });
  expect((await told(id)).filter((type) => type.startsWith('branch.'))).toEqual([]);
});

test('GIT3 where the old head stays, the branch was rewound, and it is told after a minute', async () => {
  const { id, before, after } = await committed('rewound');
  it.surroundings.git.git('update-ref', 'refs/heads/rewound', before);
  await it.perch.open(owner, 'rewound');
  expect(await state(id)).toMatchObject({ state: 'there', baseCommit: after });
  await database.query(
    `UPDATE workspaces SET base_moved_at = base_moved_at - interval '60 seconds' WHERE id = $1`,
    [id],
  );
  await it.perch.open(owner, 'rewound');
  await expect.poll(() => told(id), SOON).toContain('branch.forced');
});

/** What comes now is of one moment, however busy the machine is. */
function stopClock(): void {
  vi.restoreAllMocks();
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now);
}

/** A while in which the forge answers that there is no such branch. */
function absent(branch: string, times = Infinity): void {
  const body = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' };
  for (const path of [new RegExp(`git/ref/heads.*${branch}$`), new RegExp(`/branches/${branch}$`)])
    it.proxy.next('GET', path, { kind: 'answer', status: 404, body }, times);
}
const asked = (branch: string) => it.proxy.count('GET', new RegExp(`git/ref/heads.*${branch}$`));

test('GIT3 a forge that does not show a branch for a moment has not deleted it: nobody is told, and the room opens', async () => {
  const { id, after } = await committed('hidden');
  stopClock();
  absent('hidden');
  const opened = await it.perch.ask(owner, 'POST /api/workspaces', {
    body: { owner: OWNER, repo: REPO, branch: 'hidden' },
  });
  expect(opened).toMatchObject({ status: 200, body: { id, baseCommit: after, headCommit: after } });
  const body = { path: 'two.txt', text: 'two\n' };
  await it.perch.ask(owner, 'POST /api/workspaces/:id/files', { params: { id }, body });
  const commitTwo = () =>
    it.perch.ask(owner, 'POST /api/workspaces/:id/commit', {
      params: { id },
      body: { message: 'Two', paths: ['two.txt'] },
    });
  // Somebody pushes, so that the commit loses a race it cannot look into.
  const eve = ['-c', 'user.name=Eve', '-c', 'user.email=eve@perch.invalid'];
  const theirs = it.surroundings.git.git(...eve, 'commit-tree', `${after}^{tree}`, '-p', after, '-m', 'One');
  it.surroundings.git.git('update-ref', 'refs/heads/hidden', theirs);
  const refused = await commitTwo();
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((refused.body as { message: string }).message).toMatch(/did not show.*kept.*again/s);
  expect((await choose(id, 'recreate')).status).toBe(409);
  it.proxy.reset();
  // It is asked again by itself.
  await expect.poll(async () => (await state(id)).baseCommit, SOON).toBe(theirs);
  expect((await told(id)).filter((type) => type.startsWith('branch.'))).toEqual(['branch.merged']);
  expect((await commitTwo()).status).toBe(200);
});

test('GIT3 a branch that was made here just now is opened though the forge does not show it yet', async () => {
  const made = await it.perch.ask(owner, 'POST /api/github/branches', {
    body: { owner: OWNER, repo: REPO, baseBranch: 'main', newBranch: 'fresh' },
  });
  expect(made.status).toBe(201);
  stopClock();
  absent('fresh');
  const id = await it.perch.open(owner, 'fresh');
  it.proxy.reset();
  expect(await state(id)).toMatchObject({ state: 'there', baseCommit: (made.body as { sha: string }).sha });
  await it.perch.open(owner, 'fresh');
  // Once the forge has shown it, that it is not there is an answer like any other.
  it.surroundings.git.git('update-ref', '-d', 'refs/heads/fresh');
  const deleted = { ref: 'fresh', ref_type: 'branch', repository: { id: await it.repositoryId() } };
  await it.deliver('delete', deleted);
  await expect.poll(() => told(id), SOON).toContain('branch.deleted');
});

test('GIT3 where a branch stays away it is told as deleted, once, whoever looks meanwhile', async () => {
  const { id } = await committed('lost');
  it.surroundings.git.git('update-ref', '-d', 'refs/heads/lost');
  const start = performance.now();
  stopClock();
  await it.perch.open(owner, 'lost');
  await it.perch.open(owner, 'lost');
  expect(await told(id)).not.toContain('branch.deleted');
  vi.restoreAllMocks();
  await expect.poll(() => told(id), SOON).toContain('branch.deleted');
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`a deletion that no webhook told of, once it was seen: ${seconds.toFixed(1)} s\n`);
  expect((await choose(id, 'recreate')).status).toBe(200);
  expect((await told(id)).filter((type) => type === 'branch.deleted')).toHaveLength(1);
});

test('GIT3 a branch that was away twice for a moment, and there in between, was not away all the time', async () => {
  const { id } = await committed('blinking');
  stopClock();
  absent('blinking');
  await it.perch.open(owner, 'blinking');
  it.proxy.reset();
  // Until it was looked at again by itself.
  await expect.poll(() => asked('blinking'), SOON).toBeGreaterThan(0);
  await it.perch.open(owner, 'blinking');
  stopClock();
  absent('blinking');
  await it.perch.open(owner, 'blinking');
  it.proxy.reset();
  await it.perch.open(owner, 'blinking');
  expect((await told(id)).filter((type) => type.startsWith('branch.'))).toEqual([]);
});

test('GIT3 a webhook that tells of a forced push is believed at once, and is so while the branch is away for a moment', async () => {
  const { id, before } = await committed('forced');
  const body = { path: 'kept.txt', text: 'kept\n' };
  await it.perch.ask(owner, 'POST /api/workspaces/:id/files', { params: { id }, body });
  it.surroundings.git.git('update-ref', 'refs/heads/forced', before);
  const push = {
    ref: 'refs/heads/forced',
    after: before,
    deleted: false,
    forced: true,
    repository: { id: await it.repositoryId() },
    pusher: { name: 'eve' },
  };
  expect((await it.deliver('push', push)).status).toBe(202);
  await expect.poll(() => told(id), SOON).toContain('branch.forced');
  stopClock();
  absent('forced');
  await it.perch.open(owner, 'forced');
  it.proxy.reset();
  await it.perch.open(owner, 'forced');
  expect((await told(id)).filter((type) => type.startsWith('branch.'))).toEqual(['branch.forced']);
});

test('GIT3 while a branch is gone a commit is refused before anything is made of it, and nobody’s new branch is replaced', async () => {
  const { id, before } = await committed('gone');
  const remote = (...args: string[]) => it.surroundings.git.git(...args);
  const body = { path: 'three.txt', text: 'three\n' };
  await it.perch.ask(owner, 'POST /api/workspaces/:id/files', { params: { id }, body });
  remote('update-ref', '-d', 'refs/heads/gone');
  const deleted = { ref: 'gone', ref_type: 'branch', repository: { id: await it.repositoryId() } };
  await it.deliver('delete', deleted);
  await expect.poll(async () => (await state(id)).state, SOON).toBe('deleted');
  it.proxy.reset();
  const refused = await it.perch.ask(owner, 'POST /api/workspaces/:id/commit', {
    params: { id },
    body: { message: 'Three', paths: [body.path] },
  });
  expect(refused.status).toBe(409);
  expect(it.proxy.count('POST', /./)).toBe(0);
  // Somebody makes one of this name between our look and our own.
  const theirs = {
    kind: 'first' as const,
    run: () => Promise.resolve(remote('update-ref', 'refs/heads/gone', before)),
  };
  it.proxy.next('POST', /\/graphql$/, theirs);
  expect(await choose(id, 'recreate')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(remote('rev-parse', 'gone')).toBe(before);
  expect(await told(id)).not.toContain('branch.restored');
});
