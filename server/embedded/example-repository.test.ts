/**
 * EXA1 The same files make the same commits everywhere, whatever git is configured to do.
 * EXA2 The repository is sound; `main` is the folder `main`, byte for byte.
 * EXA3 It appears whole or not at all; one that is there is left alone.
 * EXA4 The game passes its own tests on every commit that has some.
 * EXA5 Among its files is one of each kind that is easily damaged.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createExampleRepository } from './example-repository.js';

const run = promisify(execFile);
const mainFolder = fileURLToPath(new URL('./example-repository/main', import.meta.url));
let directory: string;
let repository: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perch-example-'));
  repository = join(directory, 'perch-hop.git');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('EXA1 its branches are the same commits everywhere', async () => {
  const configuration = join(directory, 'config');
  await writeFile(configuration, '[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n');
  process.env.GIT_CONFIG_GLOBAL = configuration;
  try {
    await createExampleRepository(repository);
  } finally {
    delete process.env.GIT_CONFIG_GLOBAL;
  }
  // They change when the files do.
  expect(await git('for-each-ref', '--format=%(refname:short) %(objectname)')).toMatchInlineSnapshot(`
    "feat/double-jump e7f15bfaac4a8546a5fdb2e7e8f77bbe528901a8
    fix/sound-volume ee3c58ad526fe68df6385a2dc0c52b5019511b27
    main 78c9f6c6cb88bfea20a8b50587a2a7e8c24d52cb"
  `);
  expect(await git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
});

test('EXA2 it is sound, and main is the folder main', async () => {
  await createExampleRepository(repository);
  expect(await git('fsck', '--strict', '--no-dangling')).toBe('');
  const tree = (await git('ls-tree', '-r', '-z', '--name-only', 'main')).split('\0').filter(Boolean);
  const entries = await readdir(mainFolder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(mainFolder.length + 1));
  expect(tree.sort()).toEqual(paths.sort());
  for (const path of paths) {
    const isSame = (await blob(path)).equals(await readFile(join(mainFolder, path)));
    expect({ path, isSame }).toEqual({ path, isSame: true });
  }
});

test('EXA3 one that is there is left alone, and two at once are no trouble', async () => {
  await Promise.all([createExampleRepository(repository), createExampleRepository(repository)]);
  await git('branch', 'mine', 'main');
  await createExampleRepository(repository);
  expect(await git('rev-parse', 'mine')).toBe(await git('rev-parse', 'main'));
  expect(await readdir(directory)).toEqual(['perch-hop.git']);
});

test('EXA4 the game passes its own tests at every commit', async () => {
  await createExampleRepository(repository);
  const commits = (await git('rev-list', '--all')).split('\n');
  expect(commits.length).toBeGreaterThanOrEqual(10);
  const tested = await Promise.all(
    commits.map(async (commit) => {
      const tree = join(directory, commit);
      await mkdir(tree);
      // Of its own index, or they would wait for each other's lock.
      const env = { ...process.env, GIT_INDEX_FILE: `${tree}.index` };
      await run('git', ['--git-dir', repository, '--work-tree', tree, 'checkout', commit, '--', '.'], {
        env,
      });
      const tests = await readdir(join(tree, 'tests')).catch(() => []);
      if (tests.length === 0) return 0;
      await run(process.execPath, ['--test'], { cwd: tree, env: { PATH: process.env.PATH } });
      return 1;
    }),
  );
  expect(tested.filter(Boolean).length).toBeGreaterThanOrEqual(9);
});

test('EXA5 it has a file of each kind that is easily damaged', async () => {
  await createExampleRepository(repository);
  expect((await blob('docs/credits.txt')).toString()).toMatch(/^(?:[^\r\n]*\r\n)+$/);
  expect((await blob('docs/note.txt')).toString()).not.toMatch(/\n$/);
  expect((await blob('docs/keys.csv')).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  expect(await git('ls-tree', 'main', 'scripts/serve.sh')).toMatch(/^100755 blob/);
  expect((await blob('docs/größe.md')).length).toBeGreaterThan(0);
  expect((await blob('assets/bird.png')).subarray(1, 4).toString()).toBe('PNG');
  expect((await blob('assets/hop.wav')).subarray(8, 12).toString()).toBe('WAVE');
});

async function git(...args: string[]): Promise<string> {
  return (await run('git', ['--git-dir', repository, ...args])).stdout.trim();
}

async function blob(path: string): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 10_000_000 } as const;
  return (await run('git', ['--git-dir', repository, 'cat-file', 'blob', `main:${path}`], options)).stdout;
}
