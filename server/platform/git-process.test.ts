import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startGit } from './git-process.js';
import { SOON } from '../testing/soon.js';

const folder = mkdtempSync(join(tmpdir(), 'perch-git-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
execFileSync('git', ['init', '-q', folder]);
const env = { PATH: process.env.PATH };

function start(args: string[], input?: string | Uint8Array) {
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  const git = startGit({
    args,
    directory: folder,
    env,
    input,
    onOutput: (chunk) => output.push(chunk),
    onErrorOutput: (chunk) => errors.push(chunk),
  });
  return { git, output: () => Buffer.concat(output), errors: () => Buffer.concat(errors).toString() };
}
/** Waits for what never comes. */
const endless = () => start(['-c', 'alias.wait=!sleep 600', 'wait']);
const processes = async () =>
  Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (id) => {
        const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
        const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
        return {
          id: Number(id),
          parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]),
          command,
        };
      }),
  );
const STARTER = 'git-starter.mjs';

test('GIT1 git is told every byte and says every byte, many at once', async () => {
  const bytes = Buffer.alloc(
    3_000_000,
    Uint8Array.from({ length: 251 }, (_, index) => index),
  );
  const written = start(['hash-object', '-w', '--stdin'], bytes);
  expect(await written.git.ended).toBe(0);
  const sha = written.output().toString().trim();
  const read = Array.from({ length: 8 }, () => start(['cat-file', 'blob', sha]));
  expect(await Promise.all(read.map(({ git }) => git.ended))).toEqual(read.map(() => 0));
  for (const { output } of read) expect(output().equals(bytes)).toBe(true);
});

test('GIT1 a command that fails says why, one that is ended has no code, and a folder that is not there is told', async () => {
  const failed = start(['cat-file', '-t', 'nothing']);
  expect(await failed.git.ended).toBe(128);
  expect(failed.errors()).toContain('Not a valid object name nothing');
  const { git } = endless();
  git.end();
  expect(await git.ended).toBeNull();
  const nowhere = startGit({
    args: ['version'],
    directory: join(folder, 'nowhere'),
    env,
    onOutput: () => {},
    onErrorOutput: () => {},
  });
  await expect(nowhere.ended).rejects.toThrow('git cannot be run');
});

test('SEC3 what starts git knows no secret, and one question that cannot be asked fails alone', async () => {
  // This process has some.
  expect(process.env.PERCH_TEST_DATABASE_URL).toBeDefined();
  const { git } = endless();
  const failed = start(['cat-file', '-t', 'a\0b']);
  await expect(failed.git.ended).rejects.toThrow('git cannot be run');
  expect(await start(['version']).git.ended).toBe(0);
  const starters = (await processes()).filter(
    ({ parent, command }) => parent === process.pid && command.includes(STARTER),
  );
  expect(starters.length).toBeGreaterThan(0);
  for (const { id } of starters)
    expect(await readFile(`/proc/${id}/environ`, 'utf8')).not.toContain('PERCH_');
  git.end();
  expect(await git.ended).toBeNull();
});

test('GIT1 what cannot be started for want of files fails alone, and what runs goes on', async () => {
  const script = `ulimit -n 64 && exec "${process.execPath}" server/platform/${STARTER}`;
  const starter = spawn('sh', ['-c', script], {
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const told = new Map<number, string>();
  starter.on('message', ({ id, kind }: { id: number; kind: string }) => told.set(id, kind));
  const ended = new Promise((resolve) => starter.once('exit', resolve));
  const ask = (id: number, args: string[]) =>
    starter.send({ kind: 'start', id, args, directory: folder, env });
  for (let id = 1; id <= 20; id++) ask(id, ['-c', 'alias.wait=!sleep 600', 'wait']);
  await expect.poll(() => told.get(20), SOON).toBe('failed');
  expect(told.has(1)).toBe(false);
  for (let id = 1; id <= 20; id++) starter.send({ kind: 'end', id });
  await expect.poll(() => told.get(1), SOON).toBe('ended');
  ask(21, ['version']);
  await expect.poll(() => told.get(21), SOON).toBe('ended');
  starter.disconnect();
  await ended;
});

test('GIT1 what starts git is killed: what it was asked is told to have failed, and git runs again', async () => {
  const { git } = endless();
  const ended = git.ended.then(
    () => 'ended',
    (error: Error) => error.message,
  );
  expect(await start(['version']).git.ended).toBe(0);
  const all = await processes();
  const starters = all.filter(({ parent, command }) => parent === process.pid && command.includes(STARTER));
  const left = all.filter(({ parent }) => starters.some(({ id }) => id === parent));
  for (const { id } of starters) process.kill(id, 'SIGKILL');
  // Nobody else would end what it had started.
  for (const { id } of left) process.kill(-id, 'SIGKILL');
  expect(await ended).toBe('what starts git was ended');
  expect(await start(['version']).git.ended).toBe(0);
});
