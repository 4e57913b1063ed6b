import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repositoryMembers } from '../../db/schema/repository.js';
import { createTestRoom, startServices, type TestRoom } from '../commit/testing/test-room.js';
import { SOON } from '../testing/soon.js';

let room: TestRoom;
beforeEach(async () => {
  room = await createTestRoom({
    'a.txt': { bytes: 'one\ntwo\nthree\nfour\nfive\n' },
    'src/x.ts': { bytes: 'x\n' },
    'src/y.ts': { bytes: 'y\n' },
    'image.png': { bytes: Uint8Array.from([0, 1, 2, 255]) },
    'page.html': { bytes: '<script>alert(1)</script>' },
  });
});
afterEach(() => room.drop());

const types = async () => (await room.events.after(room.id, 0, 100)).map((event) => event.type);

test('EVT1 a second process sees each change at once, with its event in the same order', async () => {
  const { alice, bob, id } = room;
  const other = await startServices(room.url, room.git);
  try {
    await room.files.create(alice, id, 'new.txt', 'hello\n');
    await room.files.move(alice, id, 'a.txt', 'b.txt');
    await other.files.delete(bob, id, 'image.png');
    expect(await other.changes.changes(bob, id)).toMatchObject([
      { path: 'b.txt', status: 'renamed', fromPath: 'a.txt', additions: 0, deletions: 0 },
      { path: 'image.png', status: 'deleted' },
      { path: 'new.txt', status: 'added', additions: 1, deletions: 0, authors: [{ name: 'Alice' }] },
    ]);
    expect(await types()).toEqual(['file.created', 'file.moved', 'file.deleted']);
  } finally {
    await other.stop();
  }
});

test('FIL1 a text keeps its document wherever it is moved, and back home it is no change', async () => {
  const { alice, id } = room;
  const documentId = await room.edit(alice, 'src/x.ts', () => 'X\n');
  await room.files.move(alice, id, 'src', 'lib/source');
  const access = await room.workspaces.require(alice, id, 'read');
  expect(await room.documents.open(access, 'lib/source/x.ts')).toMatchObject({ id: documentId });
  const y = await room.documents.open(access, 'lib/source/y.ts');
  expect(await room.documents.read(y.id)).toMatchObject({ text: 'y\n' });
  expect(await room.paths()).toEqual(['renamed lib/source/x.ts', 'renamed lib/source/y.ts']);
  await room.files.move(alice, id, 'lib/source', 'src');
  expect(await room.paths()).toEqual(['modified src/x.ts']);
  await room.edit(alice, 'src/x.ts', () => 'x\n');
  expect(await room.paths()).toEqual([]);
});

test('FIL2 names that collide, in case only or with a folder, are refused in a sentence', async () => {
  const { alice, id } = room;
  const refused = (path: string) => room.files.create(alice, id, path, '');
  for (const [path, words] of [
    ['A.txt', 'in case only'],
    ['SRC/z.ts', 'in case only'],
    ['src/X.ts', 'in case only'],
    ['a.txt', 'is there already'],
    ['src', 'is a folder'],
    ['a.txt/b', 'is a file'],
  ] as const) {
    await expect(refused(path)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(words) as string,
    });
  }
  await expect(room.files.move(alice, id, 'src', 'src/deeper')).rejects.toMatchObject({ code: 'conflict' });
  await expect(room.files.move(alice, id, 'nothing', 'x')).rejects.toMatchObject({ code: 'not-found' });
  // The same file under another case is no collision.
  await room.files.move(alice, id, 'a.txt', 'A.txt');
  expect(await room.paths()).toEqual(['renamed A.txt']);
});

test('FIL2 of two people who create colliding names at once, one is refused', async () => {
  const { alice, bob, id } = room;
  const other = await startServices(room.url, room.git);
  try {
    const both = await Promise.allSettled([
      room.files.create(alice, id, 'Note.md', 'a'),
      other.files.create(bob, id, 'note.md', 'b'),
    ]);
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await room.paths()).toHaveLength(1);
    expect(await types()).toEqual(['file.created']);
  } finally {
    await other.stop();
  }
});

test('FIL3 a delete is undone with the text it had, by whoever did it, once', async () => {
  const { alice, bob, id } = room;
  const documentId = await room.edit(alice, 'src/x.ts', () => 'edited\n');
  const { undo } = await room.files.delete(alice, id, 'src');
  expect(await room.paths()).toEqual(['deleted src/x.ts', 'deleted src/y.ts']);
  await expect(room.undos.undo(bob, id, 'src', undo)).rejects.toMatchObject({ code: 'gone' });
  await room.undos.undo(alice, id, 'src', undo);
  expect(await room.paths()).toEqual(['modified src/x.ts']);
  expect(await room.documents.read(documentId)).toMatchObject({ text: 'edited\n' });
  await expect(room.undos.undo(alice, id, 'src', undo)).rejects.toMatchObject({ code: 'gone' });
});

test('FIL3 an undo is refused once somebody else has changed the fate of the path', async () => {
  const { alice, bob, id } = room;
  const { undo } = await room.files.delete(alice, id, 'a.txt');
  await room.files.create(bob, id, 'a.txt', 'bob was here\n');
  await expect(room.undos.undo(alice, id, 'a.txt', undo)).rejects.toMatchObject({ code: 'conflict' });
  expect(await room.paths()).toEqual(['modified a.txt']);
  const created = await room.files.delete(bob, id, 'a.txt');
  await room.commits.commit(alice, id, { message: 'Gone', paths: ['a.txt'] });
  await expect(room.undos.undo(alice, id, 'a.txt', undo)).rejects.toMatchObject({ code: 'conflict' });
  await expect(room.undos.undo(bob, id, 'a.txt', created.undo)).rejects.toMatchObject({ code: 'conflict' });
  expect(await room.paths()).toEqual([]);
});

test('FIL3 a discard brings back the base, and its undo what was there, with what others typed meanwhile', async () => {
  const { alice, bob, id } = room;
  const documentId = await room.edit(alice, 'a.txt', (text) => text.replace('two', 'TWO'));
  const { undo } = await room.discards.discard(alice, id, 'a.txt');
  expect(await room.paths()).toEqual([]);
  await room.edit(bob, 'a.txt', (text) => text.replace('five', 'FIVE'));
  await room.undos.undo(alice, id, 'a.txt', undo);
  expect((await room.documents.read(documentId)).text).toBe('one\nTWO\nthree\nfour\nFIVE\n');
  const again = await room.discards.discard(alice, id, 'a.txt');
  await room.edit(bob, 'a.txt', (text) => text.replace('two', 'zwei'));
  await expect(room.undos.undo(alice, id, 'a.txt', again.undo)).rejects.toMatchObject({ code: 'conflict' });
  expect((await room.documents.read(documentId)).text).toBe('one\nzwei\nthree\nfour\nfive\n');
});

test('FIL3 a discard of a created, deleted, renamed or replaced file, and its undo', async () => {
  const { alice, id } = room;
  await room.files.create(alice, id, 'new.txt', 'new\n');
  await room.files.delete(alice, id, 'src/y.ts');
  await room.edit(alice, 'a.txt', () => 'changed\n');
  await room.files.move(alice, id, 'a.txt', 'b.txt');
  await room.files.move(alice, id, 'image.png', 'art.png');
  const before = await room.paths();
  expect(before).toEqual(['renamed art.png', 'renamed b.txt', 'added new.txt', 'deleted src/y.ts']);
  const undos: [string, string][] = [];
  for (const path of ['new.txt', 'src/y.ts', 'b.txt', 'art.png'])
    undos.push([path, (await room.discards.discard(alice, id, path)).undo]);
  expect(await room.paths()).toEqual([]);
  for (const [path, undo] of undos) await room.undos.undo(alice, id, path, undo);
  expect(await room.paths()).toEqual(before);
  const access = await room.workspaces.require(alice, id, 'read');
  const { id: documentId } = await room.documents.open(access, 'b.txt');
  expect((await room.documents.read(documentId)).text).toBe('changed\n');
  await expect(room.discards.discard(alice, id, 'page.html')).rejects.toMatchObject({ code: 'conflict' });
});

test('EVT4: typing is one event a person, file and burst; a commit ends the burst', async () => {
  const { alice, bob, id } = room;
  for (let key = 0; key < 5; key++) await room.edit(alice, 'a.txt', (text) => `${text}${key}`);
  await room.edit(bob, 'a.txt', (text) => `${text}b`);
  await room.edit(alice, 'src/x.ts', (text) => `${text}x`);
  const edits = async () =>
    (await room.events.after(id, 0, 100))
      .filter((event) => event.type === 'file.edited')
      .map(({ actor, payload }) => `${actor.kind === 'person' ? actor.name : ''} ${payload.path}`);
  await vi.waitFor(
    async () => expect((await edits()).toSorted()).toEqual(['Alice a.txt', 'Alice src/x.ts', 'Bob a.txt']),
    SOON,
  );
  await room.commits.commit(alice, id, { message: 'All', paths: ['a.txt', 'src/x.ts'] });
  await room.edit(alice, 'a.txt', (text) => `${text}!`);
  await vi.waitFor(async () => expect(await edits()).toHaveLength(4), SOON);
});

test('GIT4: a file at the base commit is told as text, or why not, and under its new path too', async () => {
  const { alice, id } = room;
  await room.files.move(alice, id, 'image.png', 'art.png');
  expect(await room.contents.base(alice, id, 'a.txt')).toMatchObject({ kind: 'text' });
  expect(await room.contents.base(alice, id, 'art.png')).toMatchObject({
    kind: 'not-text',
    reason: 'binary',
  });
  expect(await room.contents.base(alice, id, 'nothing')).toEqual({ kind: 'absent' });
  expect((await room.contents.raw(alice, id, 'art.png')).content).toEqual(Uint8Array.from([0, 1, 2, 255]));
});

test('SEC1: a stranger is told of nothing, and a reader changes nothing', async () => {
  const { bob, id } = room;
  await room.database.database.update(repositoryMembers).set({ role: 'read' });
  expect(await room.changes.changes(bob, id)).toEqual([]);
  for (const change of [
    () => room.files.create(bob, id, 'x', ''),
    () => room.files.move(bob, id, 'a.txt', 'b.txt'),
    () => room.files.delete(bob, id, 'a.txt'),
    () => room.discards.discard(bob, id, 'a.txt'),
    () => room.commits.commit(bob, id, { message: 'x', paths: ['a.txt'] }),
  ])
    await expect(change()).rejects.toMatchObject({ code: 'forbidden' });
  const stranger = { ...room.bob, id: '00000000-0000-4000-8000-000000000000' };
  await expect(room.changes.changes(stranger, id)).rejects.toMatchObject({ code: 'not-found' });
  await expect(room.files.create(stranger, id, 'x', '')).rejects.toMatchObject({ code: 'not-found' });
});
