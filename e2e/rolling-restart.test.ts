import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNER, REPO, startSurroundings, type TestSurroundings } from '../server/testing/perch-server.js';
import { Balancer } from './balancer.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';
import { seededRandom } from './seeded-random.js';
import { Typist } from './typist.js';

const TYPISTS = 50;
const PEOPLE = 10;
const PATHS = ['one.txt', 'two.txt', 'three.txt', 'four.txt', 'five.txt'];
const BASE = 'The first line.\nThe last line.\n';
/** Two or three lines a second: all that two cores can carry of fifty people who type fast. */
const PACE_MS = 200;
/** What each types before, between and after the restarts, at least. */
const LINES = 1;
const SETTLE = { timeout: 60_000 };

const seed = Number(process.env.PERCH_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = seededRandom(seed);

/**
 * A deploy: two servers behind one port are restarted one after the other
 * while fifty people type. Nobody reloads, is refused or has anything doubled,
 * and every line is there once.
 */
describe(`a rolling restart (PERCH_TEST_SEED=${seed})`, () => {
  let surroundings: TestSurroundings;
  let servers: PerchProcess[];
  let balancer: Balancer;
  let typists: Typist[];
  /** What a person would have had to do something about. */
  const troubles: string[] = [];
  /** How often somebody was let go. */
  let moves = 0;

  beforeAll(async () => {
    surroundings = await startSurroundings({
      files: Object.fromEntries(PATHS.map((path) => [path, { bytes: BASE }])),
    });
    const environment = {
      DATABASE_URL: surroundings.databaseUrl,
      GITHUB_API_URL: surroundings.github.apiUrl,
      GITHUB_TOKEN: surroundings.github.token,
      PERCH_SECRET: randomUUID(),
      // The balancer looks every 100 ms.
      PERCH_DRAIN_SECONDS: '0.3',
    };
    const first = await PerchProcess.start(environment);
    servers = [first];
    // Each start replaces the owner's link of the last.
    const signedIn = await PerchClient.owner(first.link);
    servers.push(await PerchProcess.start(environment));
    balancer = await Balancer.start(() => servers.map(({ url }) => url));
    const owner = signedIn.at(balancer.url);
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, (_, index) => owner.invite(`Person ${index}`, 'write', OWNER, REPO)),
    );
    const workspaceId = await owner.openWorkspace('main', OWNER, REPO);
    typists = Array.from({ length: TYPISTS }, (_, index) => {
      const { cookie } = people[index % PEOPLE]!;
      const at = { url: balancer.url, cookie, workspaceId, path: PATHS[index % PATHS.length]! };
      return new Typist(`typist-${index}`, at, random, PACE_MS);
    });
    for (const { name, room, document } of typists) {
      room.subscribe('state', () => {
        if (room.state.kind === 'away') moves++;
        else if (room.state.kind === 'closed') troubles.push(`${name}: out`);
      });
      document.subscribe(
        () => document.state.kind !== 'live' && troubles.push(`${name}: ${document.state.kind}`),
      );
    }
  }, 60_000);

  afterAll(async () => {
    for (const { room } of typists ?? []) room.stop();
    await balancer?.stop();
    await Promise.all(servers?.map((server) => server.stop()) ?? []);
    await surroundings?.stop();
  });

  const everybodyTypes = async (): Promise<void> => {
    const before = typists.map(({ acknowledged }) => acknowledged);
    await expect
      .poll(() => typists.every(({ acknowledged }, index) => acknowledged >= before[index]! + LINES), SETTLE)
      .toBe(true);
  };

  it('RUN2 under fifty typing clients costs nobody a reload, and no line', async () => {
    await expect.poll(() => typists.every(({ isSaved }) => isSaved), SETTLE).toBe(true);
    troubles.length = 0;
    moves = 0;
    for (const typist of typists) typist.start();
    await everybodyTypes();
    for (const server of servers) {
      expect(await server.end()).toBe(0);
      await everybodyTypes();
      await server.start();
      await expect.poll(() => balancer.ready, SETTLE).toHaveLength(2);
    }
    await everybodyTypes();
    await Promise.all(typists.map((typist) => typist.rest()));
    await expect.poll(() => typists.every(({ isSaved }) => isSaved), SETTLE).toBe(true);

    for (const path of PATHS) {
      const writers = typists.filter(({ document }) => document.path === path);
      await expect.poll(() => new Set(writers.map(({ text }) => text)).size, SETTLE).toBe(1);
      const lines = writers[0]!.text.split('\n');
      const typed = writers.flatMap((writer) => writer.typed);
      expect(lines.filter((line) => line.startsWith('typist-')).toSorted()).toEqual(typed.toSorted());
      expect(lines.filter((line) => !line.startsWith('typist-')).join('\n')).toBe(BASE);
    }
    expect(troubles).toEqual([]);
    // All of them were on the second when it ended, and some on the first.
    expect(moves).toBeGreaterThan(TYPISTS);
  }, 180_000);
});
