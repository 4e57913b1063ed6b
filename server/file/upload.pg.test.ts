import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestRoom, startServices, type TestRoom } from '../commit/testing/test-room.js';
import { ObjectMissing } from '../object/object-store.js';
import { UPLOAD_MAX_BYTES } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';

const image = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]);
const other = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 9]);
const utf16 = Buffer.from('\ufeffhallo\r\n', 'utf16le');
/** Texts, each with bytes that a text editor would lose. */
const texts = {
  'bom.txt': '\ufeffone\r\ntwo',
  'crlf.txt': 'one\r\ntwo\r\n',
  'mixed.txt': 'one\r\ntwo\nthree\r\n',
  'empty.txt': '',
};

let room: TestRoom;
beforeEach(async () => {
  room = await createTestRoom(
    {
      'a.txt': { bytes: 'a\nb\nc\n' },
      'image.png': { bytes: image },
      'run.sh': { bytes: '#!/bin/sh\n', mode: '100755' },
      link: { bytes: 'a.txt', mode: '120000' },
    },
    { onForge: true },
  );
});
afterEach(() => room.drop());

const put = (path: string, bytes: Uint8Array | string, replace = false, account: Account = room.alice) => {
  const given = Buffer.from(bytes as Uint8Array);
  const source = Readable.from([given], { objectMode: false });
  return room.uploads.upload(account, room.id, { path, replace }, source, given.byteLength);
};
const undo = (path: string, token: string | null) =>
  room.undos.undo(room.alice, room.id, path, token ?? 'none');
const raw = async (path: string) => {
  const { content } = await room.contents.raw(room.alice, room.id, path);
  return content instanceof Uint8Array ? Buffer.from(content) : buffer(await content());
};
async function commitAll(): Promise<(path: string) => Buffer> {
  const paths = (await room.changes.changes(room.alice, room.id)).map((each) => each.path);
  await room.commits.commit(room.alice, room.id, { message: 'All', paths });
  expect(await room.paths()).toEqual([]);
  // Nothing stays above the base that it has already.
  expect((await room.database.pool.query('SELECT path FROM workspace_files')).rows).toEqual([]);
  const clone = room.git.clone();
  return (path) => readFileSync(join(clone, path));
}

test('GIT4 what is uploaded is committed byte for byte, by those who brought it', async () => {
  const { alice, bob, id } = room;
  for (const [path, text] of Object.entries(texts)) await put(`new/${path}`, text);
  await put('new/utf16.txt', utf16);
  await put('new/art.png', other, false, bob);
  const long = randomBytes(9_000_000);
  await put('new/long.bin', long);
  await put('run.sh', randomBytes(20), true);
  const changes = await room.changes.changes(alice, id);
  expect(changes.find((each) => each.path === 'new/art.png')).toMatchObject({
    status: 'added',
    additions: null,
    authors: [{ name: 'Bob' }],
  });
  const preview = await room.commits.preview(alice, id, ['new/art.png']);
  expect(preview.coAuthors).toEqual([{ name: 'Bob', email: 'bob@example.com' }]);
  for (const [path, text] of Object.entries(texts)) expect(String(await raw(`new/${path}`))).toBe(text);
  expect((await raw('new/long.bin')).equals(long)).toBe(true);
  const read = await commitAll();
  for (const [path, text] of Object.entries(texts)) expect(read(`new/${path}`).toString()).toBe(text);
  expect(read('new/utf16.txt').equals(utf16)).toBe(true);
  expect(read('new/art.png').equals(other)).toBe(true);
  expect(read('new/long.bin').equals(long)).toBe(true);
  expect(statSync(join(room.git.clone(), 'run.sh')).mode & 0o111).toBe(0o111);
  // A mixed text goes on being one.
  await room.edit(alice, 'new/mixed.txt', (text) => text.replace('three', '3'));
  expect((await commitAll())('new/mixed.txt').toString()).toBe('one\r\ntwo\n3\r\n');
});

test('GIT7 what .gitattributes call binary stays as it is, and what they leave to Git LFS is not taken', async () => {
  const { alice, id } = room;
  const said = '*.dat binary\n*.psd filter=lfs diff=lfs merge=lfs -text\n';
  await put('art/.gitattributes', said);
  await put('art/words.dat', 'one\r\ntwo\n');
  const access = await room.workspaces.require(alice, id, 'read');
  await expect(room.documents.open(access, 'art/words.dat')).rejects.toMatchObject({ code: 'not-text' });
  expect(String(await raw('art/words.dat'))).toBe('one\r\ntwo\n');
  const refusal = { code: 'unprocessable', message: expect.stringMatching(/Git LFS/) as string };
  await expect(put('art/hero.psd', image)).rejects.toMatchObject(refusal);
  await put('hero.psd', image);
  await expect(room.files.move(alice, id, 'hero.psd', 'art/hero.psd')).rejects.toMatchObject(refusal);
  await put('more/one.txt', 'one\n');
  await put('more/two.psd', image);
  await expect(room.files.move(alice, id, 'more', 'art/more')).rejects.toMatchObject(refusal);
  await room.files.move(alice, id, 'more/one.txt', 'art/one.txt');
  expect(await room.paths()).toEqual([
    'added art/.gitattributes',
    'added art/one.txt',
    'added art/words.dat',
    'added hero.psd',
    'added more/two.psd',
  ]);
});

test('FIL4 a text over a text is an edit of it, in its own bytes, and undone with what others typed since', async () => {
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => text);
  const replaced = await put('a.txt', 'A\r\nb\r\nc\n', true);
  expect(replaced.outcome).toBe('replaced');
  expect(await room.paths()).toEqual(['modified a.txt']);
  expect(String(await raw('a.txt'))).toBe('A\r\nb\r\nc\n');
  await room.edit(bob, 'a.txt', (text) => `${text}bob\n`);
  await undo('a.txt', replaced.undo);
  expect(String(await raw('a.txt'))).toBe('a\nb\nc\nbob\n');
  await room.edit(bob, 'a.txt', (text) => text.replace('bob\n', ''));
  expect(await room.paths()).toEqual([]);
  // The same words with other line ends are another file.
  await put('a.txt', 'a\r\nb\r\nc\r\n', true);
  expect(await room.paths()).toEqual(['modified a.txt']);
  const discarded = await room.discards.discard(alice, id, 'a.txt');
  expect(await room.paths()).toEqual([]);
  await undo('a.txt', discarded.undo);
  expect((await commitAll())('a.txt').toString()).toBe('a\r\nb\r\nc\r\n');
  expect((await put('a.txt', 'a\r\nb\r\nc\r\n', true)).outcome).toBe('same');
});

test('FIL4 a file that is no text takes a text’s place and gives it back, whoever edited it', async () => {
  const { alice, id } = room;
  await room.edit(alice, 'a.txt', (text) => `${text}mine\n`);
  const replaced = await put('a.txt', image, true);
  expect((await raw('a.txt')).equals(Buffer.from(image))).toBe(true);
  const access = await room.workspaces.require(alice, id, 'write');
  await expect(room.documents.open(access, 'a.txt')).rejects.toMatchObject({ code: 'not-text' });
  await undo('a.txt', replaced.undo);
  expect(String(await raw('a.txt'))).toBe('a\nb\nc\nmine\n');
  const reverse = await put('image.png', 'no image\n', true);
  expect(String(await raw('image.png'))).toBe('no image\n');
  await room.edit(room.bob, 'image.png', (text) => `${text}but bob’s words\n`);
  await expect(undo('image.png', reverse.undo)).rejects.toMatchObject({ code: 'conflict' });
  expect(String(await raw('image.png'))).toBe('no image\nbut bob’s words\n');
  await room.discards.discard(alice, id, 'image.png');
  expect((await raw('image.png')).equals(Buffer.from(image))).toBe(true);
  const again = await put('image.png', 'no image\n', true);
  await undo('image.png', again.undo);
  expect(await room.paths()).toEqual(['modified a.txt']);
  expect((await put('image.png', image, true)).outcome).toBe('same');
  await put('image.png', other, true);
  expect((await put('image.png', other, true)).outcome).toBe('same');
  await put('image.png', image, true);
  expect(await room.paths()).toEqual(['modified a.txt']);
});

test('FIL4 a large text takes another’s place and gives it back', async () => {
  const text = (name: string, end: string) =>
    Array.from({ length: 200_000 }, (_, line) => `${name} ${(line * 7919) % 199_999}${end}`).join('');
  const [one, two] = [text('the first text', '\n'), text('quite another', '\r\n')];
  await put('a.txt', one, true);
  const replaced = await put('a.txt', two, true);
  expect(String(await raw('a.txt')) === two).toBe(true);
  await undo('a.txt', replaced.undo);
  expect(String(await raw('a.txt')) === one).toBe(true);
});

test('FIL4 an uncommitted image is moved, deleted, discarded and brought back', async () => {
  const { alice, id } = room;
  await put('art/one.png', other);
  await room.files.move(alice, id, 'art', 'pictures');
  expect((await raw('pictures/one.png')).equals(Buffer.from(other))).toBe(true);
  const deleted = await room.files.delete(alice, id, 'pictures');
  expect(await room.paths()).toEqual([]);
  await undo('pictures', deleted.undo);
  const discarded = await room.discards.discard(alice, id, 'pictures/one.png');
  expect(await room.paths()).toEqual([]);
  await undo('pictures/one.png', discarded.undo);
  expect((await commitAll())('pictures/one.png').equals(Buffer.from(other))).toBe(true);
  await put('pictures/one.png', image, true);
  await room.discards.discard(alice, id, 'pictures/one.png');
  expect((await raw('pictures/one.png')).equals(Buffer.from(other))).toBe(true);
});

test('FIL4 a name that is taken is not overwritten unasked, and a link never', async () => {
  await expect(put('a.txt', 'x')).rejects.toMatchObject({ code: 'conflict' });
  await expect(put('A.txt', 'x', true)).rejects.toMatchObject({ code: 'conflict' });
  await expect(put('a.txt/b', 'x', true)).rejects.toMatchObject({ code: 'conflict' });
  await expect(put('link', 'x', true)).rejects.toMatchObject({
    message: expect.stringMatching(/symbolic/) as string,
  });
  const tooLarge = room.uploads.upload(
    room.alice,
    room.id,
    { path: 'film.mp4', replace: false },
    Readable.from([]),
    UPLOAD_MAX_BYTES + 1,
  );
  await expect(tooLarge).rejects.toMatchObject({
    code: 'too-large',
    message: 'film.mp4 has 50 MB; Perch takes files of up to 50 MB. Nothing was changed.',
  });
  expect(await room.paths()).toEqual([]);
});

test('OBJ3 a file that breaks off on its way, or a database that ends before it is there, changes nothing', async () => {
  const broken = Readable.from(
    (async function* () {
      yield randomBytes(100);
      await Promise.resolve();
      throw new Error('the line is cut');
    })(),
  );
  const cut = room.uploads.upload(room.alice, room.id, { path: 'x.bin', replace: false }, broken, 9_000_000);
  await expect(cut).rejects.toMatchObject({ code: 'invalid' });
  vi.spyOn(room.events, 'append').mockRejectedValueOnce(new Error('the server ends here'));
  await expect(put('x.bin', image)).rejects.toThrow('the server ends here');
  expect(await room.paths()).toEqual([]);
  // What they left in the store is removed, and nothing else.
  await put('y.bin', other);
  expect(await room.objects.sweep(0)).toBe(2);
  expect((await raw('y.bin')).equals(Buffer.from(other))).toBe(true);
});

test('OBJ4 an object is removed when neither file, undo nor the past needs it, and not before', async () => {
  const { alice, id } = room;
  await put('x.bin', other);
  const [{ id: objectId } = { id: '' }] = await room.database.pool
    .query<{ id: string }>('SELECT id FROM objects')
    .then(({ rows }) => rows);
  const deleted = await room.files.delete(alice, id, 'x.bin');
  expect(await room.objects.sweep(0)).toBe(0);
  await undo('x.bin', deleted.undo);
  await room.files.delete(alice, id, 'x.bin');
  // What the past refers to is shown beside it.
  await room.database.pool.query('DELETE FROM overlay_states');
  await room.database.pool.query(`UPDATE file_undos SET created_at = now() - interval '7 days 1 minute'`);
  const [left] = await room.database.pool
    .query<{ id: string }>('SELECT id FROM file_undos')
    .then(({ rows }) => rows);
  await expect(undo('x.bin', left?.id ?? null)).rejects.toMatchObject({ code: 'gone' });
  expect(await room.objects.sweep(0)).toBe(0);
  await room.database.pool.query(`UPDATE file_undos SET created_at = now() - interval '9 days'`);
  expect(await room.objects.sweep(0)).toBe(1);
  await expect(room.store.get(objectId)).rejects.toThrow(ObjectMissing);
  // Another process sees what this one has stored.
  await put('z.bin', image);
  const second = await startServices(room.url, room.git, room.forge);
  try {
    expect((await second.contents.raw(alice, id, 'z.bin')).size).toBe(image.byteLength);
    expect(await second.objects.sweep(24)).toBe(0);
  } finally {
    await second.stop();
  }
});
