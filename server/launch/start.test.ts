/**
 * The rules of `npm start`, on a checkout whose server only writes down what happens to it:
 *
 * LAU1 It builds when a source changed, and only then; installs when the lock file changed, and only then.
 * LAU2 The server gets the arguments, hears each signal once, and its exit code is the command's.
 * LAU3 Whichever of npm and the launcher is killed, the server learns of it and ends; during a build, so does
 *      the build. A half that failed ends the other half.
 * LAU4 What cannot work is one clear sentence.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const launchers = fileURLToPath(new URL('.', import.meta.url));
const fakeServer = fileURLToPath(new URL('./testing/fake-server.mjs', import.meta.url));
let checkout: string;
const commands: ChildProcess[] = [];

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'perch-launch-'));
  await prepare();
});

async function prepare(): Promise<void> {
  await cp(launchers, join(checkout, 'server', 'launch'), { recursive: true });
  for (const folder of ['client', 'db', 'dist/server'])
    await mkdir(join(checkout, folder), { recursive: true });
  await writeJson('package.json', {
    name: 'fake',
    version: '1.0.0',
    type: 'module',
    scripts: {
      start: 'node server/launch/start.mjs',
      'build:server': 'echo server >> builds',
      'build:client': 'echo client >> builds',
      preinstall: 'echo install >> installs',
    },
  });
  await writeJson('package-lock.json', {
    name: 'fake',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'fake', version: '1.0.0', hasInstallScript: true } },
  });
  await writeFile(join(checkout, 'dist/server/main.js'), `await import(${JSON.stringify(fakeServer)});\n`);
}

afterEach(async () => {
  for (const command of commands.splice(0)) {
    if (command.exitCode === null && command.signalCode === null) command.kill('SIGKILL');
  }
  const pid = /^ready (\d+)/m.exec(await journal())?.[1];
  if (pid) await eventually('the server is gone', async () => /^ended/m.test(await journal()));
  await rm(checkout, { recursive: true, force: true });
});

test('LAU1 it builds when a source changed, and not when a test did', async () => {
  await startAndStop();
  expect(await lines('builds')).toEqual(['client', 'server']);
  await startAndStop();
  expect(await lines('builds')).toHaveLength(2);
  await writeFile(join(checkout, 'server', 'some.test.ts'), '');
  await startAndStop();
  expect(await lines('builds')).toHaveLength(2);
  await writeFile(join(checkout, 'server', 'some.ts'), '');
  await startAndStop();
  expect(await lines('builds')).toHaveLength(4);
});

test('LAU1 it installs when the lock file changed', async () => {
  await startAndStop();
  expect(await lines('installs')).toHaveLength(1);
  await startAndStop();
  expect(await lines('installs')).toHaveLength(1);
  await rm(join(checkout, 'node_modules'), { recursive: true });
  await startAndStop();
  expect(await lines('installs')).toHaveLength(2);
});

test('LAU1 a build that fails is shown and tried again the next time', async () => {
  await setScript('build:client', 'echo "client is broken" && exit 1');
  for (const _ of ['first', 'second']) {
    const { code, output } = await ended(launch(['node', 'server/launch/start.mjs']));
    expect(code).toBe(1);
    expect(output).toContain('client is broken');
  }
});

describe('installed and built', () => {
  let built: string;

  beforeAll(async () => {
    checkout = built = await mkdtemp(join(tmpdir(), 'perch-launch-'));
    await prepare();
    await startAndStop();
    await rm(join(built, 'journal'));
  });
  beforeEach(() => cp(built, checkout, { recursive: true, verbatimSymlinks: true }));
  afterAll(() => rm(built, { recursive: true }));

  test('LAU2 the server gets the arguments, and its exit code comes back', async () => {
    const { code } = await ended(launch(['npm', 'start', '--', '--repo', 'some where', '--exit', '7']));
    expect(code).toBe(7);
    expect(await journal()).toContain('arguments ["--repo","some where","--exit","7"]');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('LAU2 %s reaches the server once', async (signal) => {
    const command = launch(['node', 'server/launch/start.mjs'], { detached: true });
    const result = ended(command);
    await ready();
    // As a terminal does it: to everybody in the group at once.
    process.kill(-command.pid!, signal);
    expect((await result).code).toBe(0);
    expect((await journal()).match(new RegExp(signal, 'g'))).toHaveLength(1);
  });

  test.each([
    ['the launcher', ['node', 'server/launch/start.mjs']],
    ['npm', ['npm', 'start']],
  ])('LAU3 when %s is killed, the server ends', async (_, words) => {
    const command = launch(words);
    await ready();
    command.kill('SIGKILL');
    await eventually('the server has ended', async () => /^ended/m.test(await journal()));
    expect(await journal()).toMatch(/^ended 0$/m);
  });

  test.each([
    ['npm is killed', ['npm', 'start'], 'SIGKILL'],
    ['the launcher is interrupted', ['node', 'server/launch/start.mjs'], 'SIGINT'],
  ] as const)('LAU3 when %s during a build, nothing stays behind', async (_, words, signal) => {
    await setScript('build:client', endless);
    const command = launch(words);
    const result = ended(command);
    const builder = await builderPid();
    command.kill(signal);
    await eventually('the build has ended', async () => !isAlive(builder));
    await result;
    expect(await journal()).toBe('');
  });

  test('LAU3 when one half of a build fails, the other is ended', async () => {
    await setScript('build:client', endless);
    await setScript('build:server', 'until test -s builder; do sleep 0.05; done; exit 1');
    const { code } = await ended(launch(['node', 'server/launch/start.mjs']));
    expect(code).toBe(1);
    expect(isAlive(await builderPid())).toBe(false);
  });
});

test('LAU4 without git it says so', async () => {
  const { code, output } = await ended(
    launch([process.execPath, 'server/launch/start.mjs'], { env: { PATH: '/nowhere' } }),
  );
  expect(code).toBe(1);
  expect(output).toMatch(/^Perch needs git.*\n$/);
});

const endless = `node -e "require('fs').writeFileSync('builder', String(process.pid)); setInterval(() => {}, 60000)"`;

async function builderPid(): Promise<number> {
  let pid = 0;
  await eventually('a build is running', async () => {
    pid = Number(await readFile(join(checkout, 'builder'), 'utf8').catch(() => ''));
    return pid > 0;
  });
  return pid;
}

async function setScript(name: string, command: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  manifest.scripts[name] = command;
  await writeJson('package.json', manifest);
}

/** A zombie, which a container's first process may never collect, is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function launch(
  words: readonly string[],
  options: { detached?: boolean; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const [program, ...args] = words as [string, ...string[]];
  // The variables of the npm that runs these tests would be taken for the launcher's own.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = { ...Object.fromEntries(inherited), JOURNAL: join(checkout, 'journal'), ...options.env };
  const command = spawn(program, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'], ...options, env });
  commands.push(command);
  return command;
}

async function ended(command: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  command.stdout!.on('data', (chunk: Buffer) => (output += chunk));
  command.stderr!.on('data', (chunk: Buffer) => (output += chunk));
  const [code] = (await once(command, 'close')) as [number | null];
  return { code, output };
}

async function startAndStop(): Promise<void> {
  const { code, output } = await ended(launch(['node', 'server/launch/start.mjs', '--exit', '0']));
  expect(output + code).toMatch(/0$/);
}

const ready = () => eventually('the server is ready', async () => /^ready/m.test(await journal()));

const journal = () => readFile(join(checkout, 'journal'), 'utf8').catch(() => '');

async function lines(file: string): Promise<string[]> {
  return (await readFile(join(checkout, file), 'utf8')).trim().split('\n').sort();
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(join(checkout, file), JSON.stringify(value));
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within 20 s: ${what}`);
    await delay(20);
  }
}
