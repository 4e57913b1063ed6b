import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startHookReceiver, type HookReceiver } from './testing/hook-receiver.js';
import { git, startTestForge, type TestForge } from './testing/test-forge.js';
import { SOON } from '../testing/soon.js';

const repo = { owner: 'octo', repo: 'cat' };
const LONG = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('');
let it: TestForge;
let hook: HookReceiver;
let clone: string;

beforeAll(async () => {
  it = await startTestForge();
  hook = await startHookReceiver('hush');
  const files = { gone: 'gone\n', long: LONG, run: '#!/bin/sh\n', 'ü b': 'umlaut\n' };
  await git(it.root, 'clone', '--quiet', '--bare', await it.work('work', files), 'cat.git');
  await it.serve('cat', join(it.root, 'cat.git'));
  await it.client().rest.repos.createWebhook({
    ...repo,
    config: { url: hook.url, secret: 'hush', content_type: 'json' },
    events: ['*'],
  });
  await vi.waitFor(() => {
    if (hook.heard.length === 0) throw new Error('no ping yet');
  }, SOON);
  clone = join(it.root, 'clone');
  const url = it.forge.url.replace('http://', 'http://x:token-of-ada@');
  await git(it.root, 'clone', '--quiet', `${url}/octo/cat.git`, clone);
});
beforeEach(() => hook.heard.splice(0));
afterAll(async () => {
  await it.stop();
  await hook.stop();
});

async function commit(message: string): Promise<string> {
  await git(clone, 'add', '--all');
  await git(clone, 'commit', '--quiet', '-m', message);
  return git(clone, 'rev-parse', 'HEAD');
}

test('FRG6 a push tells each commit with its paths; a comparison has every file, renamed ones too', async () => {
  const before = await git(clone, 'rev-parse', 'HEAD');
  await rm(join(clone, 'gone'));
  await writeFile(join(clone, 'ü b'), 'umlaut\nand more\n');
  const first = await commit('one\n\nand why');
  await rename(join(clone, 'long'), join(clone, 'longer'));
  await writeFile(join(clone, 'longer'), `${LONG}more\n`);
  await chmod(join(clone, 'run'), 0o755);
  await writeFile(join(clone, 'picture'), Uint8Array.of(0, 1, 2, 255));
  const second = await commit('two');
  await git(clone, 'push', '--quiet', 'origin', 'main');
  await expect.poll(() => hook.heard.map(({ event }) => event)).toEqual(['push']);
  expect(hook.heard[0]).toMatchObject({
    signed: true,
    body: {
      ref: 'refs/heads/main',
      before,
      after: second,
      created: false,
      forced: false,
      head_commit: { id: second },
      pusher: { name: 'ada' },
      commits: [
        { id: first, message: 'one\n\nand why', distinct: true, removed: ['gone'], modified: ['ü b'] },
        {
          id: second,
          added: ['longer', 'picture'],
          removed: ['long'],
          modified: ['run'],
          author: { name: 'Test', email: 'test@example.com' },
        },
      ],
    },
  });
  const compare = (basehead: string, more: object = {}) =>
    it.client().rest.repos.compareCommitsWithBasehead({ ...repo, basehead, ...more });
  const { data } = await compare(`${before}...main`);
  expect(data).toMatchObject({ status: 'ahead', ahead_by: 2, total_commits: 2 });
  expect(data.commits.map(({ sha }) => sha)).toEqual([first, second]);
  expect(
    Object.fromEntries((data.files ?? []).map(({ filename, ...file }) => [filename, file])),
  ).toMatchObject({
    gone: { status: 'removed', additions: 0, deletions: 1 },
    longer: { status: 'renamed', previous_filename: 'long', additions: 1, deletions: 0 },
    picture: { status: 'added', changes: 0 },
    run: { status: 'modified', changes: 0 },
    'ü b': { status: 'modified', additions: 1, sha: await git(clone, 'rev-parse', 'HEAD:ü b') },
  });
  // In pages: the oldest first, the files on the first alone.
  const page = await compare(`${before}...main`, { per_page: 1, page: 2 });
  expect(page.data.commits.map(({ sha }) => sha)).toEqual([second]);
  expect(page.data.files).toEqual([]);
  // What differs is told of the newer side alone, as a merge would bring it in.
  await git(clone, 'checkout', '--quiet', '-b', 'aside', before);
  await writeFile(join(clone, 'aside'), 'aside\n');
  const aside = await commit('aside');
  await git(clone, 'push', '--quiet', 'origin', 'aside');
  await expect.poll(() => hook.heard.length).toBe(3);
  const [made, pushed] = ['create', 'push'].map((event) =>
    hook.heard.slice(1).find((each) => each.event === event),
  );
  expect(made?.body).toMatchObject({ ref: 'aside', ref_type: 'branch', master_branch: 'main' });
  expect(pushed?.body).toMatchObject({ created: true, commits: [{ id: aside, distinct: true }] });
  const across = await compare('main...aside');
  expect(across.data).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 2 });
  expect(across.data.files?.map(({ filename }) => filename)).toEqual(['aside']);
  // A merge brings what is known already.
  hook.heard.splice(0);
  await git(clone, 'checkout', '--quiet', 'main');
  await git(clone, 'merge', '--quiet', '--no-edit', 'aside');
  await git(clone, 'push', '--quiet', 'origin', 'main');
  await expect.poll(() => hook.heard.length).toBe(1);
  expect(hook.heard[0]?.body.commits).toMatchObject([
    { id: aside, distinct: false },
    { distinct: true, added: ['aside'], modified: [] },
  ]);
  hook.heard.splice(0);
  await git(clone, 'push', '--quiet', '--force', 'origin', `${first}:main`);
  await git(clone, 'push', '--quiet', 'origin', ':aside');
  await expect.poll(() => hook.heard.length).toBe(3);
  expect(hook.heard.find(({ body }) => body.ref === 'refs/heads/main')?.body).toMatchObject({
    forced: true,
    commits: [],
    head_commit: { id: first },
  });
  expect(hook.heard.find(({ event }) => event === 'delete')?.body).toMatchObject({ ref: 'aside' });
  expect(hook.faults).toEqual([]);
});

test('FRG6 of a push of many branches all are told, a few at a time, and others are answered meanwhile', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `many/${index}`);
  const refs = names.map((name) => `HEAD:refs/heads/${name}`);
  const letGo = hook.hold();
  await git(clone, 'push', '--quiet', 'origin', ...refs);
  await expect.poll(() => hook.heard.length, { timeout: 10_000 }).toBe(8);
  await it.client().rest.repos.get(repo);
  expect(hook.heard.length).toBe(8);
  letGo();
  await expect.poll(() => hook.heard.length, { timeout: 30_000 }).toBe(2 * names.length);
  expect(new Set(hook.heard.map(({ event, body }) => `${event} ${String(body.ref)}`)).size).toBe(
    2 * names.length,
  );
  await git(clone, 'push', '--quiet', 'origin', ...names.map((name) => `:${name}`));
  await expect.poll(() => hook.heard.length, { timeout: 30_000 }).toBe(4 * names.length);
  expect(hook.faults).toEqual([]);
});

test('FRG6 hooks hear of members, and of a repository that is renamed, hidden, transferred and deleted', async () => {
  const ada = it.client();
  const rob = it.client('rob');
  const heard = async (...actions: string[]) => {
    await expect.poll(() => hook.heard.map(({ body }) => body.action)).toEqual(actions);
    return hook.heard.splice(0).map(({ body }) => body);
  };
  hook.heard.splice(0);
  await ada.rest.repos.removeCollaborator({ ...repo, username: 'rob' });
  expect(await heard('removed')).toMatchObject([{ member: { login: 'rob' }, sender: { login: 'ada' } }]);
  await ada.rest.repos.update({ ...repo, private: true });
  await heard('privatized');
  await expect(rob.rest.repos.get(repo)).rejects.toMatchObject({ status: 404 });
  await ada.rest.repos.addCollaborator({ ...repo, username: 'rob', permission: 'pull' });
  expect(await heard('added')).toMatchObject([{ changes: { role_name: { to: 'read' } } }]);
  expect((await rob.rest.repos.get(repo)).data.permissions).toMatchObject({ pull: true, push: false });
  for (let time = 0; time < 2; time++)
    await ada.rest.repos.addCollaborator({ ...repo, username: 'rob', permission: 'push' });
  expect(await heard('edited')).toMatchObject([{ changes: { permission: { from: 'read', to: 'write' } } }]);
  const { id } = (await ada.rest.repos.update({ ...repo, name: 'tiger' })).data;
  expect(await heard('renamed')).toMatchObject([
    { changes: { repository: { name: { from: 'cat' } } }, repository: { id, full_name: 'octo/tiger' } },
  ]);
  await ada.rest.repos.transfer({ ...repo, repo: 'tiger', new_owner: 'zoo' });
  expect(await heard('transferred')).toMatchObject([{ repository: { id, full_name: 'zoo/tiger' } }]);
  // As GitHub leads on from the names it has had, plain git too.
  expect((await ada.rest.repos.get(repo)).data.full_name).toBe('zoo/tiger');
  await git(clone, 'fetch', '--quiet', 'origin');
  await ada.rest.repos.delete({ owner: 'zoo', repo: 'tiger' });
  expect(await heard('deleted')).toMatchObject([{ repository: { id } }]);
  await expect(ada.rest.repos.get({ owner: 'zoo', repo: 'tiger' })).rejects.toMatchObject({ status: 404 });
  expect(hook.faults).toEqual([]);
});
