import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Branch, BranchPage, Repository } from '../protocol/repository.js';
import type { Account } from '../protocol/user.js';
import {
  OWNER,
  PerchServer,
  REPO,
  startSurroundings,
  type TestSurroundings,
} from '../testing/perch-server.js';
import { shortNames } from './branch-names.js';

const MANY = 1_000;
/** Thousands of git's processes, while other tests keep both cores busy. */
const BUSY_MS = 120_000;
const repository = { owner: OWNER, repo: REPO };
const newestFirst = (one: string, other: string): number => (one < other ? 1 : one > other ? -1 : 0);

let surroundings: TestSurroundings;
/** Two processes on one database and one forge. */
let perch: PerchServer;
let other: PerchServer;
let owner: string;

beforeAll(async () => {
  surroundings = await startSurroundings();
  for (const branch of ['release', 'feat/taken', 'STRANGE/é#1', 'v1'])
    surroundings.git.git('update-ref', `refs/heads/${branch}`, 'main');
  perch = await PerchServer.start(surroundings);
  vi.resetModules();
  other = await PerchServer.start(surroundings);
  owner = await perch.ownerCookie();
});
afterAll(async () => {
  await other.stop();
  await perch.stop();
  await surroundings.stop();
});

const page = async (query: Record<string, string> = {}, server = perch): Promise<BranchPage> => {
  const answer = await server.ask(owner, 'GET /api/github/:owner/:repo/branches', {
    params: repository,
    query,
  });
  expect(answer.status).toBe(200);
  return answer.body as BranchPage;
};
const make = (body: object, cookie = owner, server = perch) =>
  server.ask(cookie, 'POST /api/github/branches', {
    body: { ...repository, baseBranch: 'main', ...body },
  });
const headOf = (branch: string): string => surroundings.git.git('rev-parse', `refs/heads/${branch}`);

/** Many refs in one go: the files are not waited for, and the servers of this process go on. */
async function feed(command: readonly string[], lines: readonly string[]): Promise<void> {
  const { bare } = surroundings.git;
  const child = spawn('git', ['-C', bare, '-c', 'core.fsync=none', ...command], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(lines.join(''));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  surroundings.git.git('pack-refs', '--all');
}

async function protect(branch: string): Promise<void> {
  const { apiUrl, token } = surroundings.github;
  const answer = await fetch(`${apiUrl}/repos/${OWNER}/${REPO}/branches/${branch}/protection`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: {},
      restrictions: null,
    }),
  });
  expect(answer.status).toBe(200);
}

test('NAM3 a branch is made from another, once, and is in every process’s list at once', async () => {
  for (const server of [perch, other]) expect((await page({ query: 'neu' }, server)).total).toBe(0);
  const made = await make({ newBranch: 'neu/é#1' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ name: 'neu/é#1', sha: headOf('neu/é#1'), protected: false });
  expect(headOf('neu/é#1')).toBe(headOf('main'));
  for (const server of [perch, other])
    await expect.poll(async () => (await page({ query: 'NEU' }, server)).branches[0]?.name).toBe('neu/é#1');
  expect(await make({ newBranch: 'neu/é#1' })).toMatchObject({
    status: 422,
    body: { code: 'unprocessable' },
  });
});

test('NAM3 what cannot be made is refused, and says why', async () => {
  const said = async (body: object): Promise<[number, string]> => {
    const { status, body: refusal } = await make(body);
    return [status, (refusal as { message: string }).message];
  };
  expect(await said({ newBranch: 'feat' })).toEqual([422, expect.stringContaining('feat/taken')]);
  expect(await said({ newBranch: 'v1/x' })).toEqual([422, expect.stringContaining('beside the branch v1')]);
  expect(await said({ prefix: 'v1/' })).toEqual([422, expect.stringContaining('beside the branch v1')]);
  for (const name of ['', 'a..b', '-x', 'a b', 'x.lock', 'HEAD', 'a:b', 'x'.repeat(300)])
    expect([name, (await make({ newBranch: name })).status]).toEqual([name, 422]);
  expect((await make({ prefix: 'a b' })).status).toBe(422);
  // Git has these, and no room could be opened on them.
  const tooLong = [422, expect.stringContaining('at most')];
  expect(await said({ newBranch: `${'long/'.repeat(50)}x` })).toEqual(tooLong);
  expect(await said({ prefix: `${'long/'.repeat(48)}x` })).toEqual(tooLong);
  expect((await make({ baseBranch: 'nothing', newBranch: 'x' })).status).toBe(404);
  expect((await make({ baseBranch: 'a..b', newBranch: 'x' })).status).toBe(404);
  expect((await make({ repo: 'Nothing', newBranch: 'x' })).status).toBe(404);
  expect((await make({ newBranch: 'x', prefix: 'x' })).status).toBe(400);
  expect((await make({})).status).toBe(400);
  const reader = await perch.invite(owner, 'read', 'Reader');
  expect((await make({ newBranch: 'x' }, reader)).status).toBe(403);
  expect((await make({ repo: 'Nothing', newBranch: 'x' }, reader)).status).toBe(404);
});

test('NAM3 the list says who is in a branch’s room now, and which branches are protected', async () => {
  await Promise.all(['main', 'release'].map(protect));
  await make({ newBranch: 'forgets-the-list' });
  const bob = await perch.invite(owner, 'write', 'Bob');
  const id = await perch.open(bob, 'release');
  const socket = other.socket(bob);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId: id });
  const there = async () => (await page({ query: 'release' })).branches;
  await expect.poll(async () => (await there())[0]?.people.map((each) => each.name)).toEqual(['Bob']);
  expect(await there()).toMatchObject([{ name: 'release', protected: true, isDefault: false }]);
  const { defaultBranch } = await page();
  expect(defaultBranch).toMatchObject({ name: 'main', protected: true, isDefault: true, people: [] });
  expect((await page({ query: 'taken' })).branches).toMatchObject([{ protected: false }]);
  socket.disconnect();
  await expect.poll(async () => (await there())[0]?.people).toEqual([]);
});

test('SEC1 a repository is found by words of its name, by whoever may see it', async () => {
  const find = async (cookie: string, query: string): Promise<string[]> => {
    const { body } = await perch.ask(cookie, 'GET /api/repositories', { query: { query } });
    return (body as Repository[]).map((each) => `${each.owner}/${each.repo}`);
  };
  expect(await find(owner, 'GAM')).toEqual(['Acme/Game']);
  expect(await find(owner, 'acme/game')).toEqual(['Acme/Game']);
  expect(await find(owner, 'nothing-of-it')).toEqual([]);
  const outsider = await perch.invite(owner, 'read', 'Outsider');
  const { id } = (await perch.ask(outsider, 'GET /api/session')).body as Account;
  expect(await find(outsider, 'game')).toEqual(['Acme/Game']);
  await perch.ask(owner, 'DELETE /api/members/:id', { params: { id }, query: repository });
  expect(await find(outsider, 'game')).toEqual([]);
});

test('NAM3 of many who ask for one name exactly one has it', async () => {
  const asked = Array.from({ length: 8 }, (_, index) =>
    make({ newBranch: 'one' }, owner, index % 2 ? perch : other),
  );
  const statuses = (await Promise.all(asked)).map((each) => each.status);
  expect(statuses.filter((each) => each === 201)).toHaveLength(1);
  expect(statuses.filter((each) => each === 422)).toHaveLength(7);
});

test(
  'NAM3 a hundred at once, in two processes, get a branch each',
  async () => {
    const asked = Array.from({ length: 100 }, (_, index) =>
      make({ prefix: index % 2 ? 'crowd/' : '' }, owner, index % 4 < 2 ? perch : other),
    );
    const made = (await Promise.all(asked)).map(({ status, body }) => {
      expect(status).toBe(201);
      return (body as Branch).name;
    });
    expect(new Set(made).size).toBe(100);
    expect(made.filter((each) => each.startsWith('crowd/'))).toHaveLength(50);
    const heads = surroundings.git.git(
      'for-each-ref',
      '--format=%(refname:short) %(objectname)',
      'refs/heads/',
    );
    const head = headOf('main');
    expect(heads.split('\n')).toEqual(expect.arrayContaining(made.map((each) => `${each} ${head}`)));
  },
  BUSY_MS,
);

test('NAM3 where every short name is taken a longer one is found', async () => {
  // As `git pack-refs` leaves them; a thousand refs made one by one take git ten seconds here.
  const file = join(surroundings.git.bare, 'packed-refs');
  const head = headOf('main');
  const taken = shortNames().map((name) => `${head} refs/heads/full/${name}\n`);
  await writeFile(file, `# pack-refs with: peeled fully-peeled\n${taken.join('')}`);
  const { status, body } = await make({ prefix: 'full/' });
  expect([status, (body as Branch).name]).toEqual([201, expect.stringMatching(/^full\/[a-z]+-[a-z]+-\d+$/)]);
});

test(
  'GIT6 a thousand branches come in pages, the newest first, with no date asked for twice',
  async () => {
    const { git, forge } = surroundings;
    const start = Date.parse('2024-01-01T00:00:00Z') / 1000;
    const commits = Array.from({ length: MANY }, (_, index) => {
      // Neither by name nor in the order they were made.
      const at = start + ((index * 7919) % MANY) * 60;
      const branch = `many/${String(index).padStart(4, '0')}`;
      return `commit refs/heads/${branch}\ncommitter Test <test@perch.invalid> ${at} +0200\ndata 2\nm\nfrom refs/heads/main^0\n\n`;
    });
    await feed(['fast-import', '--quiet'], commits);
    const dates = git.git(
      'for-each-ref',
      '--format=%(committerdate:unix) %(refname:short)',
      'refs/heads/many/',
    );
    const expected = dates
      .split('\n')
      .toSorted(newestFirst)
      .map((line) => line.split(' ')[1]);
    expect(expected).toHaveLength(MANY);

    const seen: Branch[] = [];
    let cursor: string | undefined;
    do {
      const got = await page({ query: 'many/', ...(cursor && { cursor }) });
      expect(got.total).toBe(MANY);
      expect(got.isComplete).toBe(true);
      // What is made meanwhile shifts no page.
      if (seen.length === 0)
        await make({ newBranch: 'many/0000-new' }).then(() =>
          git.git('update-ref', '-d', 'refs/heads/many/0000-new'),
        );
      seen.push(...got.branches);
      cursor = got.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.filter((each) => each.name !== 'many/0000-new').map((each) => each.name)).toEqual(expected);
    expect((await page({ query: '0999' })).branches.map((each) => each.name)).toEqual(['many/0999']);

    const questions = forge.answers.get('POST graphql 200') ?? 0;
    const paid = forge.answers.get('GET branches 200') ?? 0;
    await make({ newBranch: 'z-last' });
    await page();
    // The new branch is at a known commit, and on one page.
    expect(forge.answers.get('POST graphql 200')).toBe(questions);
    expect((forge.answers.get('GET branches 200') ?? 0) - paid).toBeLessThanOrEqual(2);
    expect(
      (
        await perch.ask(owner, 'GET /api/github/:owner/:repo/branches', {
          params: repository,
          query: { cursor: 'x' },
        })
      ).status,
    ).toBe(400);
  },
  BUSY_MS,
);
