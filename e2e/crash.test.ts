import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';
import { seededRandom } from './seeded-random.js';
import { Typist } from './typist.js';

const LONG = process.env.PERCH_TEST_LONG === '1';
/** Twice is after what the first time left, too; of the others once. */
const ROUNDS = LONG ? 100 : 2;
const OTHER_ROUNDS = LONG ? 100 : 1;
const TYPISTS = 10;
/** What each types in a round before the strike, at least. */
const LINES = 10;
const SETTLE_MS = 60_000;

const seed = Number(process.env.PERCH_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);

/**
 * Ten people type into one file while something is killed. Afterwards every
 * line each of them typed is there once, nothing of the file is doubled, and
 * all show the same text, without a reload.
 */
describe(`crashes while ten clients type (PERCH_TEST_SEED=${seed})`, () => {
  let perch: PerchProcess;
  let owner: PerchClient;
  let people: PerchClient[];
  let workspaceId: string;
  let base: string;

  beforeAll(async () => {
    perch = await PerchProcess.start();
    owner = await PerchClient.owner(perch.link);
    people = await Promise.all(
      Array.from({ length: TYPISTS }, (_, index) => owner.invite(`Typist ${index}`, 'write')),
    );
    workspaceId = await owner.openWorkspace('main');
    const file = await owner.call<{ text: string }>(
      'GET /api/workspaces/:id/base',
      `/api/workspaces/${workspaceId}/base?path=src%2Fmain.js`,
    );
    base = file.text;
  });

  afterAll(() => perch?.stop());

  it(
    `DOC2 kill -9 of the server, ${ROUNDS} rounds`,
    () =>
      rounds('server', ROUNDS, async () => {
        await perch.kill();
        return () => perch.start();
      }),
    120_000 + ROUNDS * 30_000,
  );

  it(
    `DOC2 kill -9 of PostgreSQL, ${OTHER_ROUNDS} rounds`,
    () =>
      rounds('database', OTHER_ROUNDS, async () => {
        process.kill(await postmaster(perch), 'SIGKILL');
        // The supervisor starts it again by itself.
        return () => Promise.resolve();
      }),
    120_000 + OTHER_ROUNDS * 30_000,
  );

  it(
    `DOC4 a terminated LISTEN, ${OTHER_ROUNDS} rounds`,
    () =>
      rounds('listen', OTHER_ROUNDS, async () => {
        await terminateListen(perch);
        return () => Promise.resolve();
      }),
    120_000 + OTHER_ROUNDS * 30_000,
  );

  /** @param strike does the harm and returns what mends it */
  async function rounds(
    name: string,
    count: number,
    strike: () => Promise<() => Promise<void>>,
  ): Promise<void> {
    const join = (person: PerchClient, label: string) =>
      new Typist(label, { url: perch.url, cookie: person.cookie, workspaceId, path: 'src/main.js' }, random);
    const typists = people.map((person, index) => join(person, `${name}-${index}`));
    const lost: Typist[] = [];
    for (let round = 0; round < count; round++) {
      await expect.poll(() => typists.every((typist) => typist.isSaved), { timeout: SETTLE_MS }).toBe(true);
      const before = new Map(typists.map((typist) => [typist, typist.typed.length]));
      for (const typist of typists) typist.start();
      await expect
        .poll(() => typists.every((typist) => typist.typed.length >= before.get(typist)! + LINES), {
          timeout: SETTLE_MS,
        })
        .toBe(true);
      const mend = await strike();
      // One never comes back: what was acknowledged to him must be there all the same.
      const leaver = typists.shift()!;
      await leaver.rest();
      leaver.room.stop();
      lost.push(leaver);
      await mend();
      typists.push(join(people[round % TYPISTS]!, `${name}-${TYPISTS + round}`));
      await expect
        .poll(() => typists.every((typist) => typist.room.state.kind === 'joined'), { timeout: SETTLE_MS })
        .toBe(true);
      await Promise.all(typists.map((typist) => typist.rest()));
      await expect.poll(() => typists.every((typist) => typist.isSaved), { timeout: SETTLE_MS }).toBe(true);
      await expect
        .poll(() => new Set(typists.map((typist) => typist.text)).size, { timeout: SETTLE_MS })
        .toBe(1);
    }
    const late = join(owner, 'late');
    await expect.poll(() => late.isSaved, { timeout: SETTLE_MS }).toBe(true);
    const lines = late.text.split('\n');
    expect(late.text).toBe(typists[0]!.text);
    for (const typist of typists) {
      for (const line of typist.typed)
        expect(
          lines.filter((each) => each === line),
          line,
        ).toHaveLength(1);
    }
    for (const typist of lost) {
      for (const line of typist.typed.slice(0, typist.acknowledged))
        expect(
          lines.filter((each) => each === line),
          line,
        ).toHaveLength(1);
    }
    expect(new Set(lines.filter((line) => /^[a-z]+-\d+:\d+$/.test(line))).size).toBe(
      lines.filter((line) => /^[a-z]+-\d+:\d+$/.test(line)).length,
    );
    expect(lines.filter((line) => !/^[a-z]+-\d+:\d+$/.test(line)).join('\n')).toBe(base);
    for (const typist of [...typists, late]) typist.room.stop();
  }
});

async function postmaster(perch: PerchProcess): Promise<number> {
  const pidFile = join(perch.stateDirectory, 'postgres', 'cluster', 'postmaster.pid');
  return Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
}

async function terminateListen(perch: PerchProcess): Promise<void> {
  const pidFile = join(perch.stateDirectory, 'postgres', 'cluster', 'postmaster.pid');
  const port = Number((await readFile(pidFile, 'utf8')).split('\n')[3]);
  const password = (await readFile(join(perch.stateDirectory, 'postgres', 'password'), 'utf8')).trim();
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'perch', password, database: 'perch' });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'perch-listen'`,
  );
  await client.end();
  expect(rowCount).toBe(1);
}
