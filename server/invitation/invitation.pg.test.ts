import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Invitation } from '../protocol/invitation.js';
import type { Account } from '../protocol/user.js';
import { cookieOf, OWNER, PerchServer, REPO } from '../testing/perch-server.js';

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

const repository = { owner: OWNER, repo: REPO };
const look = (token: string) => perch.ask(null, 'POST /api/invitations/preview', { body: { token } });
const accept = (cookie: string | null, body: object) =>
  perch.ask(cookie, 'POST /api/invitations/accept', { body });
const invitations = async () =>
  (await perch.ask(owner, 'GET /api/invitations', { query: repository })).body as Invitation[];
const whoIs = async (cookie: string) => (await perch.ask(cookie, 'GET /api/session')).body as Account;

test('NAM1 who comes while a repository is being made known waits for its row', async () => {
  const fresh = await PerchServer.start();
  const holder = new pg.Client({ connectionString: fresh.surroundings.databaseUrl });
  await holder.connect();
  try {
    const cookie = await fresh.ownerCookie();
    const body = { owner: OWNER, repo: REPO, role: 'read', expiresInHours: 1 };
    await holder.query('BEGIN; LOCK TABLE repositories IN SHARE MODE');
    const answers: Promise<{ status: number }>[] = [];
    for (const waiting of [1, 2]) {
      answers.push(fresh.ask(cookie, 'POST /api/invitations', { body }));
      await vi.waitFor(async () => {
        const { rowCount } = await holder.query(`SELECT FROM pg_locks WHERE NOT granted`);
        expect(rowCount).toBe(waiting);
      }, 5_000);
    }
    await holder.query('COMMIT');
    expect((await Promise.all(answers)).map((answer) => answer.status)).toEqual([200, 200]);
  } finally {
    await holder.end();
    await fresh.stop();
  }
});

test('SEC2 an invitation says what it leads to, and lets several people in under names of their own', async () => {
  const token = await perch.invitation(owner, 'write');
  expect((await look(token)).body).toMatchObject({ ...repository, defaultBranch: 'main', role: 'write' });
  const bob = await accept(null, { token, name: 'Bob' });
  const carol = await accept(null, { token, name: 'Zoë Müller', email: 'zoe@example.com' });
  expect(bob.body).toMatchObject({
    name: 'Bob',
    email: expect.stringMatching(/^bob-[0-9a-f]{6}@users\.perch\.invalid$/) as string,
    isOwner: false,
  });
  expect(carol.body).toMatchObject({ name: 'Zoë Müller', email: 'zoe@example.com' });
  const people = [await whoIs(owner), bob.body as Account, carol.body as Account];
  expect(new Set(people.map((each) => each.color)).size).toBe(3);
  expect((await whoIs(cookieOf(bob))).name).toBe('Bob');
  expect((await invitations())[0]).toMatchObject({ role: 'write', uses: 2, revokedAt: null });
});

test('SEC2 whoever is signed in joins as himself; without a name nobody new does', async () => {
  const bob = await perch.invite(owner, 'read');
  const before = await whoIs(bob);
  const token = await perch.invitation(owner, 'write');
  const joined = await accept(bob, { token, name: 'Somebody else' });
  expect(joined.body).toEqual(before);
  expect(joined.headers.getSetCookie()).toEqual([]);
  const opened = await perch.ask(bob, 'POST /api/workspaces', { body: { ...repository, branch: 'main' } });
  expect(opened.body).toMatchObject({ role: 'write' });
  expect((await accept(null, { token })).status).toBe(400);
  // A lesser invitation takes nothing away.
  await accept(bob, { token: await perch.invitation(owner, 'read') });
  expect(await perch.open(bob)).toBeTruthy();
  const members = await perch.ask(owner, 'GET /api/members', { query: repository });
  expect(members.body).toContainEqual(
    expect.objectContaining({ role: 'write', person: expect.objectContaining({ id: before.id }) as unknown }),
  );
});

test('SEC2 a revoked, expired or unknown invitation lets nobody in', async () => {
  const revoked = await perch.invitation(owner, 'read');
  const id = (await invitations())[0]?.id ?? '';
  expect((await perch.ask(owner, 'DELETE /api/invitations/:id', { params: { id } })).status).toBe(200);
  const expired = await perch.invitation(owner, 'read');
  await database.query(
    `UPDATE invitations SET expires_at = now() - interval '1 second'
     WHERE created_at = (SELECT max(created_at) FROM invitations)`,
  );
  const { rows: before } = await database.query('SELECT count(*) FROM users');
  for (const token of [revoked, expired, 'C'.repeat(43)]) {
    expect((await look(token)).body).toMatchObject({ code: 'gone' });
    expect((await accept(null, { token, name: 'Mallory' })).status).toBe(410);
  }
  expect((await accept(null, { token: 'short', name: 'Mallory' })).status).toBe(400);
  expect((await database.query('SELECT count(*) FROM users')).rows).toEqual(before);
});

test('SEC2 the database keeps no secret of an invitation', async () => {
  const token = await perch.invitation(owner, 'read');
  const { rows } = await database.query<{ kept: string }>(
    `SELECT string_agg(t::text, ' ') AS kept FROM (SELECT * FROM invitations) t`,
  );
  expect(rows[0]?.kept).not.toContain(token);
});

test('SEC1 whoever is removed is out at once: of the API and of his sockets', async () => {
  const bob = await perch.invite(owner, 'write', 'Bob the second');
  const { id } = await whoIs(bob);
  const workspaceId = await perch.open(bob);
  const socket = perch.socket(bob);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  expect(await socket.emitWithAck('workspace:join', { workspaceId })).toMatchObject({ ok: true });
  const closed = new Promise<{ workspaceId: string }>((resolve) => socket.on('workspace:closed', resolve));
  const ended = new Promise((resolve) => socket.once('disconnect', resolve));
  const removed = await perch.ask(owner, 'DELETE /api/members/:id', { params: { id }, query: repository });
  expect(removed.status).toBe(200);
  expect(await closed).toMatchObject({ workspaceId, reason: 'withdrawn' });
  await ended;
  await new Promise<void>((resolve) => socket.once('connect', resolve).connect());
  expect(await socket.emitWithAck('workspace:join', { workspaceId })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
  const again = await perch.ask(bob, 'POST /api/workspaces', { body: { ...repository, branch: 'main' } });
  expect(again.status).toBe(404);
  expect((await perch.ask(bob, 'GET /api/workspaces/recent')).body).toEqual([]);
  expect((await perch.ask(bob, 'GET /api/repositories')).body).toEqual([]);
  socket.disconnect();
});

test('SEC1 whoever is removed, or signs out, on one process is out on the others', async () => {
  vi.resetModules();
  const other = await PerchServer.start(perch.surroundings);
  const bob = await perch.invite(owner, 'write', 'Bob on another');
  const carol = await perch.invite(owner, 'write', 'Carol on another');
  const workspaceId = await other.open(bob);
  const [bobs, carols] = [other.socket(bob), other.socket(carol)];
  for (const socket of [bobs, carols]) {
    await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
    await socket.emitWithAck('workspace:join', { workspaceId });
  }
  const closed = new Promise((resolve) => bobs.on('workspace:closed', resolve));
  const ended = new Promise((resolve) => carols.on('disconnect', resolve));
  const { id } = await whoIs(bob);
  await perch.ask(owner, 'DELETE /api/members/:id', { params: { id }, query: repository });
  await perch.ask(carol, 'DELETE /api/session');
  expect(await closed).toMatchObject({ workspaceId });
  expect(await ended).toBe('io server disconnect');
  const again = await other.ask(bob, 'GET /api/workspaces/:id/files', { params: { id: workspaceId } });
  expect(again.status).toBe(404);
  bobs.disconnect();
  await other.stop();
});

test('SEC1 a removal whose notice was lost is noticed all the same', async () => {
  const bob = await perch.invite(owner, 'write', 'Bob the third');
  const { id } = await whoIs(bob);
  const workspaceId = await perch.open(bob);
  const socket = perch.socket(bob);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId });
  const closed = new Promise((resolve) => socket.on('workspace:closed', resolve));
  // As another process would, while this one's LISTEN is away: no notice.
  await database.query('DELETE FROM repository_members WHERE user_id = $1', [id]);
  expect(await closed).toMatchObject({ workspaceId });
  socket.disconnect();
});
