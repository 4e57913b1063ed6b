import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { DatabaseConnection } from '../platform/database.js';
import { createTestDatabase } from '../platform/testing/test-database.js';
import { PerchServer, startSurroundings } from '../testing/perch-server.js';
import { DocumentTab } from '../document/testing/document-tab.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paceOf } from './watch-pace.js';

const SOON = { timeout: 20_000, interval: 50 };

test('GIT2 GIT6 without a webhook a push is visible within 15 s, looking costs no budget, and a start finds what was missed', async () => {
  const surroundings = await startSurroundings();
  let perch = await PerchServer.start(surroundings);
  const { git, forge } = surroundings;
  const database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
  const base = async () =>
    (await database.query<{ base_commit: string }>('SELECT base_commit FROM workspaces')).rows[0]
      ?.base_commit;
  const clone = git.clone();
  const push = async (text: string): Promise<string> => {
    await writeFile(join(clone, 'README.md'), text);
    return git.commitAll(clone, text);
  };
  const asked = (status: number) => forge.answers.get(`GET git/ref ${status}`) ?? 0;
  const budget = async () =>
    ((await perch.ask(alice, 'GET /api/forge/budget')).body as { remaining: number }).remaining;
  const alice = await perch.ownerCookie();
  try {
    const workspaceId = await perch.open(alice);
    const tab = await DocumentTab.in(perch, alice, workspaceId, 'README.md');
    await tab.call('workspace:join', { workspaceId });
    // Nothing has changed: the forge is asked all the same, and counts nothing.
    const [before, unchanged] = [await budget(), asked(304)];
    await expect.poll(() => asked(304), SOON).toBeGreaterThan(unchanged);
    expect(await budget()).toBe(before);
    // Right after a look, so that the next is as far away as it can be.
    const start = performance.now();
    await push('Pushed.\n');
    await expect.poll(() => tab.text, SOON).toBe('Pushed.\n');
    const ms = performance.now() - start;
    process.stdout.write(`outside push to visible, without a webhook: ${Math.round(ms)} ms\n`);
    expect(ms).toBeLessThan(15_000);
    tab.socket.disconnect();
    // While Perch is down.
    await perch.stop();
    const missed = await push('Missed.\n');
    perch = await PerchServer.start(surroundings);
    await expect.poll(base, SOON).toBe(missed);
  } finally {
    await database.end();
    await perch.stop();
    await surroundings.stop();
  }
}, 60_000);

test('GIT2 one process at a time looks for all; another takes over when it lets go or its time is up', async () => {
  const database = await createTestDatabase();
  const connection = new DatabaseConnection(database.url);
  const process_ = async () => {
    vi.resetModules();
    const { BranchWatchRepository } = await import('./branch-watch.repository.js');
    return new BranchWatchRepository(connection);
  };
  try {
    const [one, other] = [await process_(), await process_()];
    const tries = await Promise.all([one.hold(), other.hold()]);
    expect(tries.filter(Boolean)).toHaveLength(1);
    const [holder, waiting] = tries[0] ? [one, other] : [other, one];
    expect([await waiting.hold(), await holder.hold()]).toEqual([false, true]);
    await waiting.letGo();
    expect(await waiting.hold()).toBe(false);
    await holder.letGo();
    expect([await waiting.hold(), await holder.hold()]).toEqual([true, false]);
    await connection.pool.query(`UPDATE leases SET expires_at = now() - interval '1 second'`);
    expect([await holder.hold(), await waiting.hold()]).toEqual([true, false]);
  } finally {
    await connection.onApplicationShutdown();
    await database.drop();
  }
});

test('GIT6 the less is left of the budget, the more seldom branches are asked for', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const pace = (remaining: number, resetsIn: number) =>
    paceOf({ limit: 5_000, remaining, resetsAt: new Date(now + resetsIn).toISOString() }, now);
  expect(paceOf(null, now)).toBe(10_000);
  expect(pace(5_000, 1_000_000)).toBe(10_000);
  expect(pace(499, 1_000_000)).toBe(60_000);
  expect(pace(0, 1_000_000)).toBe(1_000_000);
  expect(pace(0, -1)).toBe(10_000);
  expect(pace(0, 1e12)).toBe(3_600_000);
});
