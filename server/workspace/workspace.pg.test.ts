import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Workspace } from '../protocol/workspace.js';
import { OWNER, PerchServer, REPO, startSurroundings } from '../testing/perch-server.js';

let perch: PerchServer;
let owner: string;
const STRANGE = ['feat/x', 'feat/code', 'a#b', '100%', 'x%2Fy', 'é', 'deep/er/é/100%', "it's(1)!", 'a+b&c=d'];
beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
  for (const branch of [...STRANGE, 'Case', 'case-twin'])
    perch.surroundings.git.git('update-ref', `refs/heads/${branch}`, 'main');
});
afterAll(() => perch.stop());

const repository = { owner: OWNER, repo: REPO };
const open = (branch: string, ref: { owner: string; repo: string } = repository) =>
  perch.ask(owner, 'POST /api/workspaces', { body: { ...ref, branch } });
const locate = (rest: string) =>
  perch.ask(owner, 'GET /api/workspaces/location', { query: { ...repository, rest } });

/** Moves a branch as a push from outside would. */
function push(branch: string, message: string): string {
  const { git } = perch.surroundings;
  const tree = git.git('rev-parse', `${branch}^{tree}`);
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@perch.invalid'];
  const head = git.git(...identity, 'commit-tree', tree, '-p', branch, '-m', message);
  git.git('update-ref', `refs/heads/${branch}`, head);
  return head;
}

test('NAM1 however the repository is spelled, it is one room, told in the forge’s own spelling', async () => {
  const spellings = [repository, { owner: 'acme', repo: 'game' }, { owner: 'ACME', repo: 'gAME' }];
  const opened = await Promise.all(spellings.map((each) => open('main', each)));
  for (const { status, body } of opened) {
    expect(status).toBe(200);
    expect(body).toMatchObject({ owner: 'Acme', repo: 'Game', branch: 'main', role: 'admin', url: null });
  }
  expect(new Set(opened.map(({ body }) => (body as Workspace).id)).size).toBe(1);
  const read = await perch.ask(owner, 'GET /api/github/:owner/:repo', {
    params: { owner: 'acme', repo: 'GAME' },
  });
  expect(read.body).toMatchObject({ owner: 'Acme', repo: 'Game', defaultBranch: 'main' });
});

test('NAM1 a branch keeps its case', async () => {
  expect((await open('Case')).body).toMatchObject({ branch: 'Case' });
  expect((await open('case')).status).toBe(404);
  expect((await locate('case/code')).status).toBe(404);
});

test('NAM2 every name git takes is a room of its own', async () => {
  const ids = new Set<string>();
  for (const branch of STRANGE) {
    const { status, body } = await open(branch);
    expect([branch, status]).toEqual([branch, 200]);
    expect(body).toMatchObject({ branch, headCommit: perch.surroundings.git.git('rev-parse', 'main') });
    ids.add((body as Workspace).id);
    expect((await locate(encodeURIComponent(branch))).body).toEqual({ branch, page: 'code' });
    expect((await locate(`${encodeURIComponent(branch)}/chat`)).body).toEqual({ branch, page: 'chat' });
    expect((await locate(`${branch}/code`)).body).toEqual({ branch, page: 'code' });
  }
  expect(ids.size).toBe(STRANGE.length);
});

test('NAM2 where a branch ends in an address, the existing branches say', async () => {
  const cases: [rest: string, found: object][] = [
    ['feat/x', { branch: 'feat/x', page: 'code' }],
    ['feat/x/', { branch: 'feat/x', page: 'code' }],
    ['feat/code', { branch: 'feat/code', page: 'code' }],
    ['feat/code/code', { branch: 'feat/code', page: 'code' }],
    ['feat%2Fx/images', { branch: 'feat/x', page: 'images' }],
    ['deep/er/%C3%A9/100%/scenes/1', { branch: 'deep/er/é/100%', page: 'scenes/1' }],
  ];
  for (const [rest, found] of cases) expect([rest, (await locate(rest)).body]).toEqual([rest, found]);
  for (const rest of ['feat', 'feat/y/code', 'nothing', '', '%', '..'])
    expect([rest, (await locate(rest)).status]).toEqual([rest, 404]);
});

test('NAM2 what git refuses is refused before anything is asked', async () => {
  for (const branch of ['', 'a..b', '-x', 'a b', 'x.lock', '@', 'HEAD', 'a/', '/a', 'a~1', 'a:b', 'a\u0000b'])
    expect([branch, (await open(branch)).status]).toEqual([branch, 400]);
  for (const rest of ['a\u0000b', 'a\u001bb/code'])
    expect([rest, await locate(rest)]).toMatchObject([rest, { status: 400, body: { code: 'invalid' } }]);
  const named = { params: { owner: OWNER, repo: REPO }, query: { query: 'a\u0000b' } };
  expect((await perch.ask(owner, 'GET /api/github/:owner/:repo/branches', named)).status).toBe(400);
  expect((await open('main', { owner: '../x', repo: REPO })).status).toBe(400);
  expect((await open('main', { owner: OWNER, repo: '..' })).status).toBe(400);
  expect((await open('gone')).body).toMatchObject({ code: 'not-found' });
});

test('GIT2 a room that is opened stands on its branch’s head; a branch’s end does not cost what lies above it', async () => {
  perch.surroundings.git.git('update-ref', 'refs/heads/moving', 'main');
  const first = (await open('moving')).body as Workspace;
  const pushed = push('moving', 'outside');
  const second = (await open('moving')).body as Workspace;
  expect(second).toMatchObject({ id: first.id, baseCommit: pushed, headCommit: pushed });
  const history = await perch.ask(owner, 'GET /api/workspaces/:id/events', { params: { id: first.id } });
  expect(history.body).toMatchObject({
    events: expect.arrayContaining([
      expect.objectContaining({ type: 'workspace.opened', seq: 1 }),
      expect.objectContaining({
        type: 'branch.merged',
        seq: 2,
        payload: expect.objectContaining({ fromCommit: first.baseCommit, toCommit: pushed }) as unknown,
      }),
    ]) as unknown,
  });
  const created = await perch.ask(owner, 'POST /api/workspaces/:id/files', {
    params: { id: first.id },
    body: { path: 'new.txt', text: 'new\n' },
  });
  expect(created.status).toBe(200);
  const head = push('moving', 'outside again');
  expect((await open('moving')).body).toMatchObject({ baseCommit: head, headCommit: head });
  perch.surroundings.git.git('update-ref', '-d', 'refs/heads/moving');
  // Nobody has said that it was deleted: it is looked at again before that is told.
  await expect
    .poll(async () => (await open('moving')).body, { timeout: 10_000, interval: 500 })
    .toMatchObject({ id: first.id, baseCommit: head, headCommit: null });
});

test('NAM1 the rooms one was in come back, the last first, with what lies in them', async () => {
  await open('Case');
  await open('main');
  const id = await perch.open(owner, 'main');
  await perch.ask(owner, 'POST /api/workspaces/:id/files', { params: { id }, body: { path: 'a.txt' } });
  const { body } = await perch.ask(owner, 'GET /api/workspaces/recent');
  const recent = body as { branch: string; changes: number }[];
  expect(recent.slice(0, 2)).toMatchObject([
    { owner: 'Acme', repo: 'Game', branch: 'main', changes: 1, people: [] },
    { branch: 'Case', changes: 0 },
  ]);
});

test('GIT1 an empty repository has a room too', async () => {
  const surroundings = await startSurroundings();
  surroundings.git.git('update-ref', '-d', 'refs/heads/main');
  const empty = await PerchServer.start(surroundings);
  const cookie = await empty.ownerCookie();
  const ask = (branch: string) =>
    empty.ask(cookie, 'POST /api/workspaces', { body: { ...repository, branch } });
  expect((await ask('main')).body).toMatchObject({ baseCommit: null, headCommit: null });
  expect((await ask('other')).status).toBe(404);
  await empty.stop();
  await surroundings.stop();
});
