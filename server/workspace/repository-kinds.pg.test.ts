import { mkdir, writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { git } from '../forge/testing/test-forge.js';
import { PerchServer, startSurroundings, type TestSurroundings } from '../testing/perch-server.js';

let surroundings: TestSurroundings;
let server: PerchServer;
afterEach(async () => {
  await server.stop();
  await surroundings.stop();
});

/** Perch on a repository that `make` has made in a folder. */
async function serve(make: (folder: string) => Promise<void>): Promise<{ path: string; cookie: string }> {
  let path = '';
  surroundings = await startSurroundings({
    path: async (root) => {
      path = join(root, 'served');
      await mkdir(path);
      await make(path);
      return path;
    },
  });
  server = await PerchServer.start(surroundings);
  return { path, cookie: await server.ownerCookie() };
}

async function start(folder: string): Promise<void> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  for (const name of ['one', 'two', 'three']) {
    await writeFile(join(folder, 'a.txt'), `${name}\n`);
    await git(folder, 'add', '.');
    await git(folder, 'commit', '--quiet', '-m', name);
  }
}

/** Somebody's push of a first commit. */
async function pushFirst(path: string, name: string, text: string): Promise<string> {
  const work = `${path}-work`;
  await mkdir(work);
  await git(work, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(work, name), text);
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'x');
  await git(work, 'push', '--quiet', path, 'main');
  return git(work, 'rev-parse', 'main');
}

async function create(cookie: string, id: string, path: string, text: string): Promise<void> {
  const answer = await server.ask(cookie, 'POST /api/workspaces/:id/files', {
    params: { id },
    body: { path, text },
  });
  expect(answer).toMatchObject({ status: 200 });
}

const commit = (cookie: string, id: string, message: string, paths: string[]) =>
  server.ask(cookie, 'POST /api/workspaces/:id/commit', { params: { id }, body: { message, paths } });

const files = async (cookie: string, id: string) =>
  (await server.ask(cookie, 'GET /api/workspaces/:id/files', { params: { id } })).body as {
    baseCommit: string | null;

    changes: { path: string }[];
  };

test.each(['bare', 'in place'])(
  'GIT1: an empty repository (%s) takes its first commit, and the next',
  async (kind) => {
    const { path, cookie } = await serve(async (folder) => {
      await git(folder, 'init', '--quiet', '--initial-branch=trunk', ...(kind === 'bare' ? ['--bare'] : []));
    });
    const located = await server.ask(cookie, 'GET /api/workspaces/location', {
      query: { owner: 'Acme', repo: 'Game', rest: 'trunk/code' },
    });
    expect(located.body).toEqual({ branch: 'trunk', page: 'code' });
    const id = await server.open(cookie, 'trunk');
    expect(await files(cookie, id)).toMatchObject({ baseCommit: null, changes: [] });
    await create(cookie, id, 'README.md', '# Größe\n');
    await create(cookie, id, 'src/main.js', 'run();');
    await create(cookie, id, 'later.txt', 'later\n');
    const first = await commit(cookie, id, 'First', ['README.md', 'src/main.js']);
    expect(first).toMatchObject({ status: 200 });
    const { sha } = first.body as { sha: string };
    expect(await git(path, 'rev-parse', 'trunk')).toBe(sha);
    expect(await git(path, 'log', '--format=%s %P', 'trunk')).toBe('First');
    expect(await git(path, 'ls-tree', '-r', '--name-only', 'trunk')).toBe('README.md\nsrc/main.js');
    expect(await git(path, 'show', 'trunk:README.md')).toBe('# Größe');
    const after = await files(cookie, id);
    expect(after).toMatchObject({ baseCommit: sha, changes: [{ path: 'later.txt' }] });
    expect((await commit(cookie, id, 'Second', ['later.txt'])).status).toBe(200);
    expect(await git(path, 'log', '--format=%s', 'trunk')).toBe('Second\nFirst');
    if (kind === 'in place') {
      expect(await git(path, 'status', '--porcelain')).toBe('');
      expect(await readFile(join(path, 'later.txt'), 'utf8')).toBe('later\n');
    }
  },
);

test('GIT1: an attempt at the first commit that broke off is taken up again', async () => {
  const { path, cookie } = await serve(async (folder) => {
    await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main');
  });
  const id = await server.open(cookie);
  await create(cookie, id, 'a.txt', 'a\n');
  await pushFirst(path, '.gitkeep', '\n');
  expect((await commit(cookie, id, 'First', ['a.txt'])).status).toBe(200);
  expect(await git(path, 'log', '--format=%s', 'main')).toBe('First');
});

test('GIT1: another’s first commit is not replaced, and the work is kept', async () => {
  const { path, cookie } = await serve(async (folder) => {
    await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main');
  });
  const id = await server.open(cookie);
  await create(cookie, id, 'a.txt', 'mine\n');
  const theirs = await pushFirst(path, 'a.txt', 'theirs\n');
  const refused = await commit(cookie, id, 'First', ['a.txt']);
  expect(refused).toMatchObject({ status: 409 });
  expect((refused.body as { message: string }).message).toContain('Nothing was committed');
  expect(await git(path, 'rev-parse', 'main')).toBe(theirs);
  expect((await files(cookie, id)).changes).toMatchObject([{ path: 'a.txt' }]);
});

test('FRG4: a detached head, a dirty checkout and a shallow clone are served, each as it is', async () => {
  const { path, cookie } = await serve(async (folder) => {
    const source = `${folder}-source`;
    await mkdir(source);
    await start(source);
    await git(source, 'branch', 'topic', 'HEAD~1');
    await git(folder, 'clone', '--quiet', '--depth', '1', '--no-single-branch', `file://${source}`, '.');
    await git(folder, 'branch', 'topic', 'origin/topic');
    await git(folder, 'checkout', '--quiet', '--detach');
    await writeFile(join(folder, 'a.txt'), 'not committed\n');
  });
  expect(await git(path, 'rev-parse', '--is-shallow-repository')).toBe('true');
  for (const branch of ['main', 'topic']) {
    const id = await server.open(cookie, branch);
    await create(cookie, id, 'new.txt', 'new\n');
    const made = await commit(cookie, id, `On ${branch}`, ['new.txt']);
    expect(made).toMatchObject({ status: 200 });
    expect(await git(path, 'rev-parse', branch)).toBe((made.body as { sha: string }).sha);
  }
  // What stands in the folder is not touched: its head names no branch.
  expect(await git(path, 'status', '--porcelain')).toBe('M a.txt');
  expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('not committed\n');
  await git(path, 'checkout', '--quiet', '--force', 'main');
  await writeFile(join(path, 'a.txt'), 'not committed\n');
  const id = await server.open(cookie, 'main');
  await create(cookie, id, 'more.txt', 'more\n');
  const refused = await commit(cookie, id, 'More', ['more.txt']);
  expect(refused).toMatchObject({ status: 422 });
  expect((refused.body as { message: string }).message).toContain('its working tree has changes');
  expect((await files(cookie, id)).changes).toMatchObject([{ path: 'more.txt' }]);
  await git(path, 'checkout', '--quiet', 'a.txt');
  expect((await commit(cookie, id, 'More', ['more.txt'])).status).toBe(200);
  expect(await git(path, 'status', '--porcelain')).toBe('');
});

test('FRG4: in the middle of a rebase its branch waits, with a sentence, and the others do not', async () => {
  const { path, cookie } = await serve(async (folder) => {
    await start(folder);
    await git(folder, 'checkout', '--quiet', '-b', 'topic', 'HEAD~2');
    await writeFile(join(folder, 'a.txt'), 'topic\n');
    await git(folder, 'commit', '--quiet', '-am', 'topic');
    await git(folder, 'rebase', 'main').catch(() => {});
  });
  const rebased = await server.open(cookie, 'topic');
  await create(cookie, rebased, 'new.txt', 'new\n');
  const refused = await commit(cookie, rebased, 'New', ['new.txt']);
  expect(refused).toMatchObject({ status: 422 });
  expect((refused.body as { message: string }).message).toContain('being rebased');
  const main = await server.open(cookie, 'main');
  await create(cookie, main, 'new.txt', 'new\n');
  expect((await commit(cookie, main, 'New', ['new.txt'])).status).toBe(200);
  await git(path, 'checkout', '--quiet', '--theirs', 'a.txt');
  await git(path, 'add', 'a.txt');
  await git(path, 'rebase', '--continue');
  expect(await git(path, 'show', 'topic:a.txt')).toBe('topic');
});
