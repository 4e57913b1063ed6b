import { applyUpdate, Doc } from 'yjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileChange } from '../protocol/file.js';
import { TEXT_NAME } from '../protocol/document.js';
import { OWNER, PerchServer, REPO } from '../testing/perch-server.js';

let perch: PerchServer;
let owner: string;
let room: string;

beforeAll(async () => {
  perch = await PerchServer.start();
  owner = await perch.ownerCookie();
  room = await perch.open(owner);
  const change = (route: Parameters<PerchServer['ask']>[1], body: object) =>
    perch.ask(owner, route, { params: { id: room }, body });
  const bytes = Buffer.from([0, 255, 1, 254]);
  await change('POST /api/workspaces/:id/files', { path: 'new.txt', text: 'new\n' });
  await change('POST /api/workspaces/:id/files/move', { from: 'src/bird.js', to: 'src/wren.js' });
  await change('POST /api/workspaces/:id/files/delete', { path: 'README.md' });
  await fetch(`${perch.url}/api/workspaces/${room}/files?path=a.bin`, {
    method: 'PUT',
    headers: { cookie: owner },
    body: bytes,
  });
  await type(room, 'src/main.js', '// by hand\n');
});
afterAll(() => perch.stop());

/** Writes into a file, as a client does. */
async function type(workspaceId: string, path: string, text: string): Promise<void> {
  const socket = perch.socket(owner);
  await new Promise<void>((resolve) => socket.on('connect', resolve).connect());
  await socket.emitWithAck('workspace:join', { workspaceId });
  const doc = new Doc();
  // Comes before the answer, where there is one.
  socket.once('document:snapshot', ({ update }) => applyUpdate(doc, update));
  const joined = await socket.emitWithAck('document:join', {
    workspaceId,
    path,
    clientId: doc.clientID,
    known: null,
  });
  if (!joined.ok || joined.reply.kind !== 'live') throw new Error('not joined');
  const { documentId, generation } = joined.reply;
  for (const each of joined.reply.updates) applyUpdate(doc, each);
  const typed = new Promise<Uint8Array>((resolve) => doc.once('update', resolve));
  doc.getText(TEXT_NAME).insert(0, text);
  const pushed = await socket.emitWithAck('document:push', { documentId, generation, update: await typed });
  expect(pushed.ok).toBe(true);
  socket.disconnect();
}

const off = (body: object, cookie = owner) =>
  perch.ask(cookie, 'POST /api/workspaces/:id/branch-off', { params: { id: room }, body });
const changesOf = async (id: string): Promise<FileChange[]> =>
  (await perch.ask(owner, 'GET /api/workspaces/:id/changes', { params: { id } })).body as FileChange[];
const rawOf = async (id: string, path: string): Promise<string> =>
  Buffer.from(
    await (
      await fetch(`${perch.url}/api/workspaces/${id}/raw?path=${path}`, { headers: { cookie: owner } })
    ).arrayBuffer(),
  ).toString('latin1');

test('NAM4 what is not committed comes along to a new branch, and stays where it was', async () => {
  const before = await changesOf(room);
  expect(before).toHaveLength(5);
  const { status, body } = await off({ newBranch: 'from/here', bring: true });
  expect([status, body]).toEqual([200, { branch: 'from/here', brought: 5 }]);
  const { git } = perch.surroundings;
  expect(git.git('rev-parse', 'from/here')).toBe(git.git('rev-parse', 'main'));
  const made = await perch.open(owner, 'from/here');
  expect(await changesOf(made)).toEqual(before);
  expect(await changesOf(room)).toEqual(before);
  for (const path of ['new.txt', 'src/wren.js', 'src/main.js', 'a.bin'])
    expect([path, await rawOf(made, path)]).toEqual([path, await rawOf(room, path)]);
  expect(await rawOf(made, 'src/main.js')).toContain('// by hand\n');
  // Each has its own from now on.
  await type(made, 'src/main.js', '// there\n');
  expect(await rawOf(made, 'src/main.js')).toContain('// there\n');
  expect(await rawOf(made, 'src/main.js')).toContain('// by hand\n');
  expect(await rawOf(room, 'src/main.js')).not.toContain('// there\n');
  const paths = before.map((each) => each.path);
  const committed = await perch.ask(owner, 'POST /api/workspaces/:id/commit', {
    params: { id: made },
    body: { message: 'All of it', paths },
  });
  expect(committed.status).toBe(200);
  expect(git.git('show', 'from/here:src/main.js')).toContain('// there\n');
  expect(git.git('ls-tree', '-r', '--name-only', 'from/here').split('\n')).toEqual([
    'a.bin',
    'new.txt',
    'src/main.js',
    'src/wren.js',
  ]);
  expect(await changesOf(room)).toEqual(before);
});

test('NAM4 who wrote what comes along', async () => {
  const { body } = await off({ prefix: 'authors/', bring: true });
  const { branch } = body as { branch: string };
  const made = await perch.open(owner, branch);
  const bob = await perch.invite(owner, 'write', 'Bob');
  const preview = await perch.ask(bob, 'POST /api/workspaces/:id/commit/preview', {
    params: { id: made },
    body: { paths: ['src/main.js'] },
  });
  expect(preview.status).toBe(200);
  expect(JSON.stringify(preview.body)).toContain('Owner');
});

test('NAM4 without what is not committed it is the base alone; who may not write makes none', async () => {
  const { body } = await off({ prefix: '', bring: false });
  expect(body).toMatchObject({ brought: 0 });
  const made = await perch.open(owner, (body as { branch: string }).branch);
  expect(await changesOf(made)).toEqual([]);
  const reader = await perch.invite(owner, 'read', 'Reader');
  expect((await off({ prefix: '', bring: true }, reader)).status).toBe(403);
  expect((await off({ newBranch: 'from/here', bring: true })).status).toBe(422);
});

test('NAM4 a protected branch says so in its room', async () => {
  const ask = () => perch.ask(owner, 'GET /api/workspaces/:id/protection', { params: { id: room } });
  expect((await ask()).body).toEqual({ isProtected: false });
  const { apiUrl, token } = perch.surroundings.github;
  await fetch(`${apiUrl}/repos/${OWNER}/${REPO}/branches/main/protection`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      required_status_checks: null,
      enforce_admins: true,
      required_pull_request_reviews: {},
      restrictions: null,
    }),
  });
  expect((await ask()).body).toEqual({ isProtected: true });
});
