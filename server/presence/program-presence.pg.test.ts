import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkspaceEvent } from '../protocol/event.js';
import type { Presence, PresenceEntry } from '../protocol/presence.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

const room = { owner: OWNER, repo: REPO, branch: 'main' };

let perch: PerchServer;
let owner: string;
let database: pg.Client;
beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
  database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
});

test('PRS1 a program tells where its person is: seen by programs and in the room, once, until it is silent for 30 s', async () => {
  const bob = await perch.invite(owner, 'read');
  const made = await perch.ask(bob, 'POST /api/access-tokens', {
    body: { name: 'editor', scopes: ['presence:read', 'presence:write'], repository: null, expiresInDays: 1 },
  });
  const headers = { Authorization: `Bearer ${(made.body as { secret: string }).secret}` };
  const put = (body: object) =>
    perch.ask(null, 'PUT /api/workspace/presence', { query: room, headers, body });
  const get = async () =>
    (await perch.ask(null, 'GET /api/workspace/presence', { query: room, headers })).body as PresenceEntry[];

  const workspaceId = await perch.open(owner);
  const present = new Map<string, Presence>();
  const changes: string[] = [];
  const socket = perch.socket(owner);
  socket.on('presence:changed', (change) => {
    for (const each of change.upserted) {
      present.set(each.connectionId, each);
      changes.push(`${each.person.name} ${each.path}`);
    }
    for (const id of change.removed) present.delete(id);
  });
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId });
  const seen = () => [...present.values()].map((each) => `${each.person.name} ${each.path}`).toSorted();

  expect((await put({ path: '../x' })).status).toBe(400);
  const answer = await put({ path: 'README.md' });
  expect(answer.body).toMatchObject({ person: { name: 'Bob' }, path: 'README.md', idle: false });
  await expect.poll(seen).toEqual(['Bob README.md', 'Owner null']);
  expect((await get()).map((each) => `${each.person.name} ${each.path}`).toSorted()).toEqual([
    'Bob README.md',
    'Owner null',
  ]);
  await put({ path: 'README.md' });
  await put({ path: 'src/main.js' });
  await expect.poll(seen).toEqual(['Bob src/main.js', 'Owner null']);
  // A repetition is a heartbeat, and no news.
  expect(changes.filter((each) => each === 'Bob README.md')).toHaveLength(1);

  const silent = `UPDATE workspace_presence SET heartbeat_at = now() - interval '31 s' WHERE connection_id LIKE 'token:%'`;
  await database.query(silent);
  expect((await get()).map((each) => each.person.name)).toEqual(['Owner']);
  await expect.poll(seen, { timeout: 15_000 }).toEqual(['Owner null']);
  await put({ path: 'src/main.js' });
  await expect.poll(seen).toEqual(['Bob src/main.js', 'Owner null']);
  // It counts as gone, and nobody has swept it yet: what it says next is news all the same.
  await database.query(silent);
  await put({ path: 'src/main.js' });
  expect((await get()).map((each) => each.person.name).toSorted()).toEqual(['Bob', 'Owner']);
  const { events } = (await perch.ask(owner, 'GET /api/workspace/events', { query: { ...room, after: '0' } }))
    .body as {
    events: WorkspaceEvent[];
  };
  expect(events.map((event) => `${event.actor.name} ${event.type}`)).toContain('Bob person.joined');
  socket.disconnect();
});
