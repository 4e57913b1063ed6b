/**
 * The rules of the embedded PostgreSQL:
 *
 * EMB1 A first start makes a UTF-8 database that keeps what is committed, on 127.0.0.1 only, by password only.
 * EMB2 The next start is quick and finds the same data.
 * EMB3 However Perch ends, no PostgreSQL stays behind, and what was committed is there next time.
 * EMB4 What a crash leaves in the data directory does not prevent a start.
 * EMB5 A PostgreSQL that dies comes back on the same port, with its data.
 * EMB6 Two at once on one directory: the second says so and harms nothing.
 * EMB7 A start that fails says why, and leaves the data.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Account, postgresAccount } from './postgres-account.js';
import { type EmbeddedPostgres, removeEmbeddedPostgres, startEmbeddedPostgres } from './postgres.js';
import { canRunAsNobody } from './testing/can-run-as-nobody.js';

let directory: string;
const running: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'perch-embedded-'));
});

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await eventually('PostgreSQL is gone', async () => !(await postmasterIsAlive()));
  await removeEmbeddedPostgres(directory);
});

test('EMB1 a first start makes a UTF-8 database behind a password that only its owner can read', async () => {
  const { url } = await start();
  const [settings] = await query(
    url,
    `SELECT current_database() AS name, pg_encoding_to_char(encoding) AS encoding,
            current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses,
            current_setting('server_version_num')::int AS version
     FROM pg_database WHERE datname = current_database()`,
  );
  expect(settings).toMatchObject({ name: 'perch', encoding: 'UTF8', fsync: 'on', addresses: '127.0.0.1' });
  expect(settings?.version).toBeGreaterThanOrEqual(180_000);
  expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);

  const stranger = new URL(url);
  stranger.password = 'guessed';
  await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

test('EMB2 the next start is quick and finds the same data', async () => {
  const first = await start();
  await query(first.url, `CREATE TABLE kept AS SELECT 'é🐦' AS text`);
  await first.stop();

  const before = performance.now();
  const second = await start();
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(await query(second.url, 'SELECT text FROM kept')).toEqual([{ text: 'é🐦' }]);
});

describe('where an earlier run left its data', () => {
  let earlier: string;

  beforeAll(async () => {
    earlier = await mkdtemp(join(tmpdir(), 'perch-embedded-'));
    await (await startEmbeddedPostgres({ dataDirectory: earlier })).stop();
  });
  // With its owner, who may not be the one who runs the tests.
  beforeEach(() => promisify(execFile)('cp', ['-a', `${earlier}/.`, directory]));
  afterAll(() => removeEmbeddedPostgres(earlier));

  test('EMB3 a Perch that is killed leaves no PostgreSQL behind', async () => {
    const { child, url } = await startInChild();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS number');
    const postmaster = await postmasterPid();

    child.kill('SIGKILL');
    await eventually('the postmaster is gone', () => !isAlive(postmaster));

    const again = await start();
    expect(await query(again.url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
  });

  test('EMB3 a restart does not wait for the killed one to be tidied up', async () => {
    const { child, url } = await startInChild();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS number');
    child.kill('SIGKILL');
    const again = await start();
    expect(await query(again.url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
  });

  test('EMB3 stop ends PostgreSQL, connections and all, and can be asked for twice', async () => {
    const postgres = await start();
    const postmaster = await postmasterPid();
    const client = new pg.Client({ connectionString: postgres.url });
    const closed = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(isAlive(postmaster)).toBe(false);
    await closed;
  });

  test('EMB4 a pid file whose process is gone is taken over', async () => {
    await (await start()).stop();
    await leavePidFile(await deadPid());
    expect(await query((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('EMB4 a pid file whose number now belongs to another program is taken over', async () => {
    await (await start()).stop();
    await leavePidFile(process.pid);
    expect(await query((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('EMB4 a PostgreSQL that lost both its Perch and its guardian is stopped first', async () => {
    const { child, url } = await startInChild();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS number');
    const postmaster = await postmasterPid();
    // The guardian first, or it would do its duty.
    process.kill(await parentOf(postmaster), 'SIGSTOP');
    child.kill('SIGKILL');
    process.kill(await parentOf(postmaster), 'SIGKILL');

    const again = await start();
    expect(isAlive(postmaster)).toBe(false);
    expect(await query(again.url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
  });

  test.each(['postmaster', 'guardian'])(
    'EMB5 when its %s is killed, PostgreSQL comes back on the same port with its data',
    async (victim) => {
      const faults: Error[] = [];
      const { url } = await start((fault) => faults.push(fault));
      await query(url, 'CREATE TABLE kept AS SELECT 1 AS number');
      const postmaster = await postmasterPid();

      process.kill(victim === 'postmaster' ? postmaster : await parentOf(postmaster), 'SIGKILL');
      await eventually('the first postmaster is gone', () => !isAlive(postmaster));
      await eventually('it answers again', async () => (await postmasterIsAlive()) && (await answers(url)));

      expect(await query(url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
      expect(faults[0]?.message).toMatch(/ended unexpectedly/);
    },
  );

  test('EMB5 a stop during the restart leaves nothing running', async () => {
    const postgres = await start();
    const postmaster = await postmasterPid();
    process.kill(postmaster, 'SIGKILL');
    await eventually('the first postmaster is gone', () => !isAlive(postmaster));
    await postgres.stop();
    expect(await postmasterIsAlive()).toBe(false);
  });

  test('EMB6 a second Perch on the same directory is refused, and the first goes on', async () => {
    const { url } = await startInChild();
    await expect(start()).rejects.toThrow(/Another Perch is using the database .*Stop it first/s);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('EMB7 a start that fails quotes the log and keeps the data', async () => {
    await (await start()).stop();
    const configuration = join(directory, 'cluster', 'postgresql.conf');
    await rename(configuration, `${configuration}.away`);
    await expect(start()).rejects.toThrow(/did not start; the data in .* is kept.*postgresql\.conf/s);

    await rename(`${configuration}.away`, configuration);
    expect(await query((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

test.runIf(process.getuid?.() === 0)(
  'EMB1 where "nobody" cannot enter, root keeps the data elsewhere and finds it again',
  async () => {
    await chmod(directory, 0o700);
    const inside = join(directory, 'postgres');
    try {
      const first = await startEmbeddedPostgres({ dataDirectory: inside });
      running.push(first);
      await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS number');
      await first.stop();
      const second = await startEmbeddedPostgres({ dataDirectory: inside });
      running.push(second);
      expect(await query(second.url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
      await second.stop();
    } finally {
      await removeEmbeddedPostgres(inside);
    }
  },
);

test.runIf(await canRunAsNobody())('EMB1 who is not root runs PostgreSQL as himself', async () => {
  const nobody = (await postgresAccount())!;
  await chown(directory, nobody.uid, nobody.gid);
  const { child, url } = await startInChild(nobody);
  await query(url, 'CREATE TABLE kept AS SELECT 1 AS number');
  const postmaster = await postmasterPid();
  child.kill('SIGKILL');
  await eventually('the postmaster is gone', () => !isAlive(postmaster));
  const again = await startInChild(nobody);
  expect(await query(again.url, 'SELECT number FROM kept')).toEqual([{ number: 1 }]);
});

async function start(onFault?: (error: Error) => void): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory: directory, onFault });
  running.push(postgres);
  return postgres;
}

async function startInChild(account?: Account): Promise<{ child: ChildProcess; url: string }> {
  const program = fileURLToPath(new URL('./testing/start-postgres.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, directory], {
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const answers = (url: string): Promise<boolean> =>
  query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within 20 s: ${what}`);
    await delay(20);
  }
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8'), 10);
}

async function postmasterIsAlive(): Promise<boolean> {
  const pid = await postmasterPid().catch(() => undefined);
  return pid !== undefined && pid !== process.pid && isAlive(pid);
}

/** A zombie, which a container's first process may never collect, is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function parentOf(pid: number): Promise<number> {
  return Number(/^PPid:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid!;
}

/** As a crash leaves it: process, directory, start time and port. */
async function leavePidFile(pid: number): Promise<void> {
  const data = join(directory, 'cluster');
  await writeFile(
    join(data, 'postmaster.pid'),
    `${pid}\n${data}\n${Math.floor(Date.now() / 1000)}\n5432\n\n`,
  );
}
