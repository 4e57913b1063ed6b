import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { workspacePresence } from '../../db/schema/presence.js';
import { AuthRepository } from '../auth/auth.repository.js';
import { createTestRoom, type TestRoom } from '../commit/testing/test-room.js';
import { startTestServer, TestClient, type TestServer } from './testing/test-server.js';

let first: TestRoom;
let room: Awaited<ReturnType<TestRoom['another']>>;
let here: TestServer;
let there: TestServer;
const clients: TestClient[] = [];

beforeAll(async () => {
  first = await createTestRoom({ 'a.txt': { bytes: 'a\n' } });
  here = await startTestServer(first.url, first.git, [first.alice, first.bob]);
  there = await startTestServer(first.url, first.git, [first.alice, first.bob]);
});
afterAll(async () => {
  await Promise.all([here.stop(), there.stop()]);
  await first.drop();
});
beforeEach(async () => {
  room = await first.another();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function connect(server: TestServer, person: 'alice' | 'bob'): Promise<TestClient> {
  const client = await TestClient.connect(server, room[person], room.id);
  clients.push(client);
  return client;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000 });
const rows = () =>
  room.database.database.select().from(workspacePresence).where(eq(workspacePresence.workspaceId, room.id));
const logged = async () =>
  (await room.events.after(room.id, 0, 100)).map(
    (event) => `${event.actor.kind === 'person' ? event.actor.name : ''} ${event.type}`,
  );

test('PRS1: two tabs are two connections of one person, seen in both processes; a tab that closes is told at once', async () => {
  expect(here.processId).not.toBe(there.processId);
  const tab = await connect(here, 'alice');
  const second = await connect(there, 'alice');
  const bob = await connect(there, 'bob');
  await until(() => expect(tab.seen()).toEqual(['Alice -', 'Alice -', 'Bob -']));
  await until(() => expect(bob.seen()).toEqual(['Alice -', 'Alice -', 'Bob -']));
  expect(await rows()).toHaveLength(3);
  second.close();
  await until(() => expect(bob.seen()).toEqual(['Alice -', 'Bob -']));
  await until(() => expect(tab.seen()).toEqual(['Alice -', 'Bob -']));
  // One coming each, however many tabs; she has not gone while one is open.
  expect(await logged()).toEqual(['Alice person.joined', 'Bob person.joined']);
});

test('PRS1: a person who leaves for good is said to have gone, one who reloads is not', async () => {
  const bob = await connect(there, 'bob');
  const alice = await connect(here, 'alice');
  await until(() => expect(bob.events.map((event) => event.type)).toContain('person.joined'));
  alice.close();
  const back = await connect(there, 'alice');
  await until(() => expect(bob.seen()).toEqual(['Alice -', 'Bob -']));
  back.close();
  await vi.waitFor(
    async () =>
      expect(await logged()).toEqual(['Bob person.joined', 'Alice person.joined', 'Alice person.left']),
    { timeout: 15_000 },
  );
});

test('PRS1: a row deleted by hand, or swept, is gone from every screen; a living owner writes it again', async () => {
  const alice = await connect(here, 'alice');
  const bob = await connect(there, 'bob');
  await until(() => expect(bob.seen()).toEqual(['Alice -', 'Bob -']));
  // The row of a process that died: nobody writes it again.
  const dead = '00000000-0000-4000-8000-00000000dead';
  await room.database.database.insert(workspacePresence).values({
    connectionId: 'dead',
    processId: dead,
    workspaceId: room.id,
    userId: room.bob.id,
    count: 1,
    path: 'a.txt',
  });
  await until(() => expect(alice.seen()).toEqual(['Alice -', 'Bob -', 'Bob a.txt']));
  await room.database.database.delete(workspacePresence).where(eq(workspacePresence.connectionId, 'dead'));
  await until(() => expect(alice.seen()).toEqual(['Alice -', 'Bob -']));
  // A crash of the database empties the table; the living write themselves again.
  await room.database.database.execute(sql`DELETE FROM workspace_presence`);
  await vi.waitFor(async () => expect(await rows()).toHaveLength(2), { timeout: 15_000 });
  await until(() => expect(alice.seen()).toEqual(['Alice -', 'Bob -']));
  await until(() => expect(bob.seen()).toEqual(['Alice -', 'Bob -']));
});

test('PRS1: a connection whose heartbeat is older than 30 s is offline, and its person has gone', async () => {
  const alice = await connect(here, 'alice');
  await room.database.database.insert(workspacePresence).values({
    connectionId: 'stale',
    processId: '00000000-0000-4000-8000-00000000dead',
    workspaceId: room.id,
    userId: room.bob.id,
    count: 1,
    heartbeatAt: sql`now() - interval '31 seconds'`,
  });
  const late = await connect(there, 'alice');
  expect(late.seen()).toEqual(['Alice -', 'Alice -']);
  expect(alice.seen()).not.toContain('Bob -');
  await vi.waitFor(async () => expect(await rows()).toHaveLength(2), { timeout: 15_000 });
});

test('PRS1: a new name is on every screen at once, in both processes', async () => {
  const alice = await connect(here, 'alice');
  const bob = await connect(there, 'bob');
  await until(() => expect(alice.seen()).toEqual(['Alice -', 'Bob -']));
  const users = new AuthRepository(room.database);
  await users.updateUser(room.bob.id, { name: 'Robert' });
  try {
    await until(() => expect(alice.seen()).toEqual(['Alice -', 'Robert -']));
    await until(() => expect(bob.seen()).toEqual(['Alice -', 'Robert -']));
  } finally {
    await users.updateUser(room.bob.id, { name: 'Bob' });
  }
});

test('PRS2: an older state never overwrites a newer, on no screen and in no row', async () => {
  const alice = await connect(here, 'alice');
  const bob = await connect(there, 'bob');
  const near = await connect(here, 'bob');
  await alice.move('new.txt', 10);
  expect(await alice.move('old.txt', 9)).toMatchObject({ ok: true });
  await until(() =>
    expect(near.present.get(alice.connectionId)).toMatchObject({ count: 10, path: 'new.txt' }),
  );
  await until(() =>
    expect(bob.present.get(alice.connectionId)).toMatchObject({ count: 10, path: 'new.txt' }),
  );
  const [row] = await room.database.database
    .select()
    .from(workspacePresence)
    .where(eq(workspacePresence.connectionId, alice.connectionId));
  expect(row).toMatchObject({ count: 10, path: 'new.txt' });
  expect(new Uint8Array(row?.cursorAnchor ?? [])).toEqual(Uint8Array.of(10));
});

test('PRS2: of a hundred moves at once the last one is what the other process sees', async () => {
  const alice = await connect(here, 'alice');
  const bob = await connect(there, 'bob');
  const moves = Array.from({ length: 100 }, (_, index) => alice.move(`f${index}`));
  const answers = await Promise.all(moves);
  expect(answers.every((answer) => answer.ok)).toBe(true);
  await until(() => expect(bob.present.get(alice.connectionId)).toMatchObject({ path: 'f99', count: 100 }));
  const told = bob.present.get(alice.connectionId)?.cursor?.anchor;
  expect(new Uint8Array(told ?? [])).toEqual(Uint8Array.of(100));
});

test('SEC5: moves that are malformed, for another room or too fast are refused to their sender', async () => {
  const alice = await connect(here, 'alice');
  const bad = { workspaceId: room.id, count: 1, path: '../x', cursor: null, idle: false };
  expect(await alice.call('presence:move', bad)).toMatchObject({ ok: false, error: { code: 'invalid' } });
  const large = { path: 'a.txt', anchor: new Uint8Array(2000), head: new Uint8Array(1) };
  expect(await alice.call('presence:move', { ...bad, path: 'a.txt', cursor: large })).toMatchObject({
    ok: false,
    error: { code: 'invalid' },
  });
  const elsewhere = { ...bad, path: null, workspaceId: '00000000-0000-4000-8000-000000000000' };
  expect(await alice.call('presence:move', elsewhere)).toMatchObject({
    ok: false,
    error: { code: 'out-of-step' },
  });
  const answers = await Promise.all(Array.from({ length: 400 }, () => alice.move('a.txt')));
  expect(answers.find((answer) => !answer.ok)).toMatchObject({
    error: { code: 'rate-limited', retry: true },
  });
});

test('EVT1: who joins hears every event after the number in the answer, over the socket', async () => {
  const alice = await connect(here, 'alice');
  const writing = (async () => {
    for (let event = 0; event < 50; event++) await room.files.create(room.alice, room.id, `f${event}`, '');
  })();
  const bob = await connect(there, 'bob');
  await writing;
  for (const client of [alice, bob]) {
    await until(() => {
      const seqs = client.events.map((event) => event.seq);
      const last = seqs.at(-1) ?? 0;
      expect(client.events.at(-1)?.payload).toEqual({ path: 'f49' });
      expect(seqs).toEqual(
        Array.from({ length: last - client.eventSeq }, (_, at) => client.eventSeq + 1 + at),
      );
    });
  }
});
