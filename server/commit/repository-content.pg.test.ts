import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createTestRoom, type TestRoom } from './testing/test-room.js';

let room: TestRoom;
afterEach(() => room.drop());

const latin = Buffer.from('caf\u00e9\r\n', 'latin1');
const utf16 = Buffer.from('\ufeffhéllo\n', 'utf16le');
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
const commit = '1'.repeat(40);

/** Path, mode and id of all files of a commit, as git has them. */
const listing = (room: TestRoom, path?: string) =>
  room.git.git('ls-tree', '-r', '-z', 'main', ...(path === undefined ? [] : [path])).split('\0');

test('GIT4: what is not editable text says why, and comes out of a commit beside it as it went in', async () => {
  room = await createTestRoom(
    {
      'a.txt': { bytes: 'a\n' },
      'latin.txt': { bytes: latin },
      'utf16.txt': { bytes: utf16 },
      'picture.psd': { bytes: pointer },
      'tool.sh': { bytes: 'exit\n', mode: '100755' },
      link: { bytes: '../außen', mode: '120000' },
      'lib/parts': { bytes: commit, mode: '160000' },
      '.gitmodules': { bytes: '[submodule "p"]\n\tpath = lib/parts\n\turl = https://example.com/p.git\n' },
    },
    { onForge: true },
  );
  const { alice, id } = room;
  const base = (path: string) => room.contents.base(alice, id, path);
  expect(await base('latin.txt')).toMatchObject({ kind: 'not-text', reason: 'encoding', size: 6 });
  expect(await base('utf16.txt')).toMatchObject({ kind: 'not-text', reason: 'encoding' });
  expect(await base('picture.psd')).toMatchObject({ kind: 'not-text', reason: 'lfs' });
  expect(await base('link')).toMatchObject({ reason: 'symlink', target: '../außen' });
  expect(await base('lib/parts')).toMatchObject({
    reason: 'submodule',
    sha: commit,
    target: 'https://example.com/p.git',
  });
  for (const path of ['latin.txt', 'utf16.txt', 'picture.psd', 'link', 'lib/parts'])
    await expect(room.edit(alice, path, () => 'x')).rejects.toMatchObject({ code: 'not-text' });
  const before = listing(room);
  // All of them moved but one, and a text changed beside them.
  await room.edit(alice, 'a.txt', () => 'b\n');
  for (const path of ['utf16.txt', 'picture.psd', 'tool.sh', 'link', 'lib/parts'])
    await room.files.move(alice, id, path, `moved/${path}`);
  expect(await base('moved/lib/parts')).toMatchObject({ reason: 'submodule', sha: commit });
  const paths = (await room.changes.changes(alice, id)).map((each) => each.path);
  await room.commits.commit(alice, id, { message: 'Move', paths: paths });
  const place = (line: string) => line.replace(/\t(?=utf16|picture|tool|link|lib)/, '\tmoved/');
  const isOther = (line: string) => !line.endsWith('\ta.txt');
  expect(listing(room).filter(isOther)).toEqual(before.filter(isOther).map(place).toSorted(byPath));
  const clone = room.git.clone();
  expect(readFileSync(join(clone, 'latin.txt'))).toEqual(latin);
  expect(readFileSync(join(clone, 'moved/utf16.txt'))).toEqual(utf16);
  expect(readlinkSync(join(clone, 'moved/link'))).toBe('../außen');
});

test('GIT4: names in any script, and two that look the same, keep their bytes', async () => {
  const names = [
    'größe.md',
    'gro\u0308ße.md',
    '日本/語 名.txt',
    'مرحبا.txt',
    '😀/a b.txt',
    'q\'uo"te.txt',
    '-x',
    '#1%20.md',
  ];
  room = await createTestRoom(Object.fromEntries(names.map((name) => [name, { bytes: `${name}\n` }])), {
    onForge: true,
  });
  const { alice, id } = room;
  for (const name of names) await room.edit(alice, name, (text) => `${text}more\n`);
  await room.files.create(alice, id, 'нова/파일.txt', 'new\n');
  await room.files.move(alice, id, 'مرحبا.txt', 'שלום.txt');
  const paths = (await room.changes.changes(alice, id)).map((each) => each.path);
  await room.commits.commit(alice, id, { message: 'Names', paths: paths });
  const expected = [...names.map((name) => (name === 'مرحبا.txt' ? 'שלום.txt' : name)), 'нова/파일.txt'];
  const listed = room.git.git('ls-tree', '-r', '-z', '--name-only', 'main').split('\0').filter(Boolean);
  expect(listed.toSorted()).toEqual(expected.toSorted());
  const show = (path: string) =>
    execFileSync('git', ['-C', room.git.bare, 'cat-file', 'blob', `main:${path}`], { encoding: 'utf8' });
  for (const name of names) expect(show(name === 'مرحبا.txt' ? 'שלום.txt' : name)).toBe(`${name}\nmore\n`);
  expect(await room.paths()).toEqual([]);
});

test('DOC10: line ends that differ from line to line survive edit after edit, commit after commit', async () => {
  room = await createTestRoom({ 'm.txt': { bytes: '\ufeffa\r\nb\nc\r\n\r\n\nlast' } }, { onForge: true });
  const { alice, id } = room;
  const shown = () =>
    execFileSync('git', ['-C', room.git.bare, 'cat-file', 'blob', 'main:m.txt']).toString('utf8');
  await room.edit(alice, 'm.txt', (text) => text.replace('b\n', 'b\nB\n'));
  await room.commits.commit(alice, id, { message: 'One', paths: ['m.txt'] });
  expect(shown()).toBe('\ufeffa\r\nb\nB\r\nc\r\n\r\n\nlast');
  await room.edit(alice, 'm.txt', (text) => text.replace('a\n', '').replace('last', 'last\n'));
  await room.commits.commit(alice, id, { message: 'Two', paths: ['m.txt'] });
  expect(shown()).toBe('\ufeffb\nB\r\nc\r\n\r\n\nlast\r\n');
  expect(await room.paths()).toEqual([]);
});

test('GIT4: where the forge cuts the tree off its folders are asked for, and only the changed ones again', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `d${index % 3}/e${index % 6}/f${index}.txt`,
      { bytes: `${index}\n` },
    ]),
  );
  room = await createTestRoom(
    { 'a.txt': { bytes: 'a\n' }, ...files },
    { onForge: true, limits: { treeEntries: 15 } },
  );
  const { alice, id, forge } = room;
  const { tree: all } = await room.workspaces.baseTree(id);
  expect(all.truncated).toBe(false);
  expect([...all.files.keys()].toSorted()).toEqual(['a.txt', ...Object.keys(files)].toSorted());
  const asked = () => forge?.answers.get('GET git/trees 200') ?? 0;
  // The root twice, and each of three folders twice, and two folders in each.
  expect(asked()).toBe(14);
  await room.edit(alice, 'd1/e1/f1.txt', () => 'one\n');
  await room.files.delete(alice, id, 'd2/e2/f2.txt');
  await room.commits.commit(alice, id, { message: 'Deep', paths: ['d1/e1/f1.txt', 'd2/e2/f2.txt'] });
  const { tree: after } = await room.workspaces.baseTree(id);
  expect(after.files.size).toBe(60);
  // What was cut off is not asked for whole again: the root, d1, d2, d1/e1 and d2/e2, once each.
  expect(asked()).toBe(14 + 5);
  expect(room.git.git('show', 'main:d1/e1/f1.txt')).toBe('one');
  expect(listing(room, 'd0/')).toHaveLength(21);
});

function byPath(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one.split('\t')[1] ?? '~~'), Buffer.from(other.split('\t')[1] ?? '~~'));
}
