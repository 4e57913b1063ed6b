import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { Room } from '../../client/lib/room/room.js';
import type { Result } from '../protocol/client-events.js';
import { TEXT_NAME, UPDATE_MAX_BYTES, UPDATE_TOTAL_MAX_BYTES } from '../protocol/document.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';
import { DocumentTab } from './testing/document-tab.js';

let perch: PerchServer;
let database: pg.Client;
let alice: string;
let bob: string;
let reader: string;
let workspaceId: string;
let files = 0;
const tabs: DocumentTab[] = [];
const rooms: Room[] = [];

beforeAll(async () => {
  perch = await PerchServer.start();
  database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
  await database.connect();
  alice = await perch.ownerCookie();
  bob = await perch.invite(alice, 'write');
  reader = await perch.invite(alice, 'read', 'Rita');
  workspaceId = await perch.open(alice);
});
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.socket.disconnect();
  for (const room of rooms.splice(0)) room.stop();
});
afterAll(async () => {
  await database.end();
  await perch.stop();
});

async function connect(cookie: string): Promise<DocumentTab> {
  const tab = await DocumentTab.connect(perch, cookie);
  tabs.push(tab);
  return tab;
}

async function enter(cookie: string, path: string): Promise<DocumentTab> {
  const tab = await DocumentTab.in(perch, cookie, workspaceId, path);
  tabs.push(tab);
  return tab;
}

/** A file of its own for a test: its path. */
async function makeFile(text: string): Promise<string> {
  const path = `made/${++files}.txt`;
  const answer = await perch.ask(alice, 'POST /api/workspaces/:id/files', {
    params: { id: workspaceId },
    body: { path, text },
  });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return path;
}

const rowsOf = async (documentId: string) =>
  (
    await database.query('SELECT seq, bytes FROM document_updates WHERE document_id = $1 ORDER BY seq', [
      documentId,
    ])
  ).rows as { seq: string; bytes: Buffer }[];

/** What somebody sees who comes in now. */
const shownNow = async (path: string) => (await enter(bob, path)).text;

const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);

test('DOC4 an update far over the 8,000 bytes of a notice is stored and seen', async () => {
  const path = await makeFile('start\n');
  const [one, other] = [await enter(alice, path), await enter(bob, path)];
  const long = 'long line\n'.repeat(20_000);
  expect(code(await one.push(one.insert(0, long)))).toBe('ok');
  await vi.waitFor(() => expect(other.text).toBe(`${long}start\n`));
  expect(await shownNow(path)).toBe(`${long}start\n`);
});

test('DOC8 a larger one comes in pieces, is one row, and is seen whole', async () => {
  const path = await makeFile('');
  const [one, other] = [await enter(alice, path), await enter(bob, path)];
  const long = 'x'.repeat(2 * UPDATE_MAX_BYTES + 10);
  const update = one.insert(0, long);
  const before = (await rowsOf(one.documentId)).length;
  const answers = [];
  for (let at = 0; at < update.byteLength; at += UPDATE_MAX_BYTES)
    answers.push(
      one.push(update.subarray(at, at + UPDATE_MAX_BYTES), at + UPDATE_MAX_BYTES < update.byteLength),
    );
  expect((await Promise.all(answers)).map(code)).toEqual(['ok', 'ok', 'ok']);
  await vi.waitFor(() => expect(other.text).toBe(long));
  expect(await rowsOf(one.documentId)).toHaveLength(before + 1);
});

test('DOC8 what is too large is refused to its sender, who works on', async () => {
  const path = await makeFile('kept\n');
  const one = await enter(alice, path);
  expect(code(await one.push(new Uint8Array(UPDATE_MAX_BYTES + 1)))).toBe('invalid');
  const piece = new Uint8Array(UPDATE_MAX_BYTES);
  const pieces = Math.floor(UPDATE_TOTAL_MAX_BYTES / UPDATE_MAX_BYTES);
  for (let index = 0; index < pieces; index++) expect(code(await one.push(piece, true))).toBe('ok');
  expect(code(await one.push(piece, true))).toBe('too-large');
  expect(code(await one.push(one.insert(0, 'on ')))).toBe('ok');
  expect(await shownNow(path)).toBe('on kept\n');
});

test.for([
  ['damaged', () => Uint8Array.of(9, 9, 9, 9)],
  ['empty', () => new Uint8Array(0)],
  ['cut short', (tab: DocumentTab) => tab.insert(0, 'never seen').subarray(0, -3)],
] as const)('DOC8 an update that is %s is refused and not stored', async ([, make]) => {
  const path = await makeFile('kept\n');
  const one = await enter(alice, path);
  const before = await rowsOf(one.documentId);
  expect(code(await one.push(make(one)))).toBe('invalid');
  expect(await rowsOf(one.documentId)).toEqual(before);
  expect(await shownNow(path)).toBe('kept\n');
});

test('DOC8 an update with a hole is out of step and not stored', async () => {
  const path = await makeFile('kept\n');
  const one = await enter(alice, path);
  one.insert(0, 'skipped ');
  expect(code(await one.push(one.insert(0, 'next ')))).toBe('out-of-step');
  expect(await shownNow(path)).toBe('kept\n');
});

test('DOC9 an edit under another’s client id is refused', async () => {
  const path = await makeFile('kept\n');
  const one = await enter(alice, path);
  const foreign = new Y.Doc();
  Y.applyUpdate(foreign, Y.encodeStateAsUpdate(one.doc));
  expect(code(await one.push(one.insert(0, 'forged ', foreign)))).toBe('forbidden');
  const stolen = await connect(bob);
  const joined = await stolen.call('document:join', {
    workspaceId,
    path,
    clientId: one.doc.clientID,
    known: null,
  });
  expect(code(joined)).toBe('conflict');
  expect(await shownNow(path)).toBe('kept\n');
});

test('DOC2 the same update twice changes nothing', async () => {
  const path = await makeFile('kept\n');
  const one = await enter(alice, path);
  const update = one.insert(0, 'once ');
  expect(code(await one.push(update))).toBe('ok');
  expect(code(await one.push(update))).toBe('ok');
  expect(await shownNow(path)).toBe('once kept\n');
});

test('SEC1 who may only read sees, and cannot write; who was never let in finds nothing', async () => {
  const path = await makeFile('kept\n');
  const [one, watching] = [await enter(alice, path), await enter(reader, path)];
  expect(code(await watching.push(watching.insert(0, 'not mine ')))).toBe('forbidden');
  expect(code(await one.push(one.insert(0, 'seen ')))).toBe('ok');
  await vi.waitFor(() => expect(watching.heard).toHaveLength(1));
  const { body } = await perch.ask(alice, 'GET /api/members', { query: { owner: OWNER, repo: REPO } });
  const removed = await perch.invite(alice, 'write', 'Mallory');
  const tab = await enter(removed, path);
  const members = (await perch.ask(alice, 'GET /api/members', { query: { owner: OWNER, repo: REPO } }))
    .body as { person: { id: string; name: string } }[];
  expect(members.length).toBe((body as unknown[]).length + 1);
  const { id } = members.find((member) => member.person.name === 'Mallory')!.person;
  await perch.ask(alice, 'DELETE /api/members/:id', { params: { id }, query: { owner: OWNER, repo: REPO } });
  // What is known already changes nothing while it is still taken.
  const known = Y.encodeStateAsUpdate(tab.doc);
  await vi.waitFor(async () => expect(code(await tab.push(known))).toBe('out-of-step'));
  expect(code(await tab.push(tab.insert(0, 'late ')))).toBe('out-of-step');
  expect(code(await (await connect(removed)).join(workspaceId, path))).toBe('not-found');
  expect(await shownNow(path)).toBe('seen kept\n');
});

test('DOC5 a document whose stored state is corrupt is refused, untouched; the others open', async () => {
  const path = await makeFile('precious\n');
  const one = await enter(alice, path);
  await one.push(one.insert(0, 'very '));
  one.socket.disconnect();
  // As a broken disk would: past the triggers that refuse it.
  await database.query('SET session_replication_role = replica');
  await database.query(`UPDATE document_updates SET bytes = '\\x0101ff' WHERE document_id = $1 AND seq = 2`, [
    one.documentId,
  ]);
  const before = await rowsOf(one.documentId);
  await vi.waitFor(async () => {
    const refused = await (await connect(bob)).join(workspaceId, path);
    expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(refused.ok || refused.error.message).toMatch(/cannot be read.*Nothing was changed/);
  });
  expect(await rowsOf(one.documentId)).toEqual(before);
  expect(await shownNow('README.md')).toBe('# Game\n');
});

test('DOC1 an edit on a generation that was replaced meanwhile is rebased as text', async () => {
  const path = await makeFile('one\ntwo\nthree\n');
  const room = new Room({ url: perch.url, workspaceId, headers: { cookie: alice } });
  rooms.push(room);
  const document = room.openDocument(path);
  room.start();
  const saved = () => document.state.kind === 'live' && document.state.save === 'saved';
  await vi.waitFor(() => expect(saved()).toBe(true), 10_000);
  // Cut off, she types; meanwhile the content is replaced as a whole.
  room.socket.disconnect();
  document.text.insert('one\n'.length, 'mine\n');
  const { rows } = await database.query<{ id: string; next_seq: string }>(
    'SELECT id, next_seq FROM documents WHERE workspace_id = $1 AND path = $2',
    [workspaceId, path],
  );
  const { id, next_seq } = rows[0]!;
  const replacement = new Y.Doc();
  replacement.getText(TEXT_NAME).insert(0, 'one\ntwo\nTHREE\n');
  await database.query('BEGIN');
  await database.query('UPDATE documents SET generation = 2, next_seq = next_seq + 1 WHERE id = $1', [id]);
  await database.query(
    `INSERT INTO document_updates (document_id, seq, generation, bytes, actor, process_id)
     VALUES ($1, $2, 2, $3, 'system', gen_random_uuid())`,
    [id, next_seq, Buffer.from(Y.encodeStateAsUpdate(replacement))],
  );
  await database.query('COMMIT');
  room.socket.connect();
  await vi.waitFor(() => expect(document.text.toString()).toBe('one\nmine\ntwo\nTHREE\n'), 10_000);
  await vi.waitFor(() => expect(saved()).toBe(true), 10_000);
  expect(await shownNow(path)).toBe('one\nmine\ntwo\nTHREE\n');
});
