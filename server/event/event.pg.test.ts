import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { users } from '../../db/schema/user.js';
import { createTestRoom, startServices, type Services, type TestRoom } from '../commit/testing/test-room.js';
import { personActor } from '../platform/actor.js';
import { EventFeedService } from './event-feed.service.js';
import { SOON } from '../testing/soon.js';

let room: TestRoom;
let other: Services;
beforeEach(async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'a\n' } });
  other = await startServices(room.url, room.git);
});
afterEach(async () => {
  await other.stop();
  await room.drop();
});

/** What a process's sockets would hear. */
async function hear(services: Services): Promise<{ heard: number[]; feed: EventFeedService }> {
  const feed = new EventFeedService(services.events, services.workspaces, services.notifications);
  await feed.onModuleInit();
  const heard: number[] = [];
  feed.onEvent((event) => heard.push(event.seq));
  await feed.watch(room.id);
  return { heard, feed };
}

const append = (services: Services, path: string) =>
  services.database.transaction((transaction) =>
    services.events.append(transaction, room.id, 'file.created', personActor(room.alice.id), { path }),
  );

const appendAndRollBack = () =>
  room.database
    .transaction(async (transaction) => {
      await room.events.append(transaction, room.id, 'file.created', 'system', { path: 'never' });
      throw new Error('rolled back');
    })
    .catch(() => undefined);

test('EVT1: 500 events of parallel writers in two processes arrive in order, with no gap and no duplicate, though LISTEN is cut', async () => {
  const [here, there] = [await hear(room), await hear(other)];
  const cut = async () => {
    const client = new pg.Client({ connectionString: room.url });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'perch-listen' AND datname = current_database()`,
    );
    await client.end();
  };
  const writers = Array.from({ length: 10 }, async (_, writer) => {
    for (let event = 0; event < 50; event++) {
      await append(writer % 2 ? room : other, `${writer}/${event}`);
      // One of many is rolled back after it took its number: the next takes the same.
      if (event === 25) await appendAndRollBack();
      if (writer === 0 && event === 20) await cut();
    }
  });
  await Promise.all(writers);
  const all = Array.from({ length: 500 }, (_, index) => index + 1);
  await vi.waitFor(() => expect(here.heard).toEqual(all), { timeout: 20_000 });
  await vi.waitFor(() => expect(there.heard).toEqual(all), { timeout: 20_000 });
  // After the cut, news comes by notice again.
  await append(room, 'after');
  await vi.waitFor(() => expect(there.heard).toEqual([...all, 501]), { timeout: 10_000 });
});

test('EVT1: whoever begins to listen between two events hears the second and not the first', async () => {
  await append(room, 'before');
  const feed = new EventFeedService(other.events, other.workspaces, other.notifications);
  await feed.onModuleInit();
  await feed.watch(room.id);
  const heard: number[] = [];
  feed.onEvent((event) => heard.push(event.seq));
  expect(feed.told(room.id)).toBe(1);
  await append(room, 'after');
  await vi.waitFor(() => expect(heard).toEqual([2]), SOON);
});

test('EVT2: pages go forward from a number and back from one', async () => {
  for (let event = 1; event <= 7; event++) await append(room, `${event}`);
  const { feed } = await hear(room);
  const page = async (query: { after?: number; before?: number; limit: number }) =>
    (await feed.page(room.alice, room.id, query)).events.map((event) => event.seq);
  expect(await page({ after: 0, limit: 3 })).toEqual([1, 2, 3]);
  expect(await page({ after: 5, limit: 3 })).toEqual([6, 7]);
  expect(await page({ limit: 2 })).toEqual([7, 6]);
  expect(await page({ before: 3, limit: 5 })).toEqual([2, 1]);
  const stranger = { ...room.bob, id: '00000000-0000-4000-8000-000000000000' };
  await expect(feed.page(stranger, room.id, { limit: 1 })).rejects.toMatchObject({ code: 'not-found' });
});

test('EVT3: the database refuses to change or forget an event', async () => {
  await append(room, 'a');
  const { database } = room.database;
  for (const statement of [
    sql`UPDATE workspace_events SET type = 'file.deleted'`,
    sql`DELETE FROM workspace_events`,
    sql`TRUNCATE workspace_events`,
  ])
    await expect(database.execute(statement)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') as string },
    });
  expect(await room.events.after(room.id, 0, 10)).toHaveLength(1);
});

test('EVT3 a person who is deleted stays in the log, without the name', async () => {
  await append(room, 'a');
  await room.database.database
    .update(users)
    .set({ deletedAt: new Date() })
    .where(eq(users.id, room.alice.id));
  const [event] = await room.events.after(room.id, 0, 1);
  expect(event?.actor).toMatchObject({ kind: 'person', id: room.alice.id, name: 'someone who left' });
});

test('DOC4 an event of more than a notice can carry arrives', async () => {
  const { heard } = await hear(other);
  await append(room, 'x'.repeat(20_000));
  await vi.waitFor(() => expect(heard).toEqual([1]), SOON);
});
