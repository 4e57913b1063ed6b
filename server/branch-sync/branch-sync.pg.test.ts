import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { createTestRoom, type TestRoom } from '../commit/testing/test-room.js';
import type { ConflictChoice } from '../protocol/conflict.js';
import { PlanStale } from './merge-apply.service.js';

const png = (byte: number) => Uint8Array.from([0x89, 0x50, 0, byte, byte, byte, 1, 2, 3]);
/** Alike in no two files, or git would take one for another that was renamed. */
const linesOf = (path: string) => `one\ntwo\nthree\nfour\nfive\nsix\nseven\n${`${path}\n`.repeat(8)}`;
let room: TestRoom;
afterEach(() => room.drop());

/** Somebody else's clone, and what is done in it. */
class Outside {
  readonly clone = room.git.clone();

  write(path: string, bytes: string | Uint8Array): this {
    mkdirSync(dirname(join(this.clone, path)), { recursive: true });
    writeFileSync(join(this.clone, path), bytes);
    return this;
  }

  change(path: string, from: string, to: string): this {
    const text = readFileSync(join(this.clone, path), 'utf8');
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    return this.write(path, text.replace(from, to));
  }

  remove(...paths: string[]): this {
    for (const path of paths) rmSync(join(this.clone, path));
    return this;
  }

  move(from: string, to: string): this {
    mkdirSync(dirname(join(this.clone, to)), { recursive: true });
    execFileSync('git', ['-C', this.clone, 'mv', from, to]);
    return this;
  }

  /** A real push. */
  push(message = 'from outside'): string {
    return room.git.commitAll(this.clone, message);
  }
}

async function textAt(path: string): Promise<string | null> {
  const record = (await room.documents.list(room.id)).find((each) => each.path === path);
  return record ? (await room.documents.read(record.id)).text : null;
}

async function open(...paths: string[]): Promise<void> {
  for (const path of paths) await room.edit(room.alice, path, (text) => text);
}

async function conflicts(): Promise<string[]> {
  return (await room.conflicts.list(room.alice, room.id))
    .map(({ kind, path }) => `${kind} ${path}`)
    .toSorted();
}

async function resolve(path: string, choice: ConflictChoice): Promise<void> {
  const found = (await room.conflicts.list(room.alice, room.id)).find((each) => each.path === path);
  await room.resolving.resolve(room.bob, room.id, found!.id, choice);
}

async function commitAll(): Promise<string> {
  const paths = (await room.changes.changes(room.alice, room.id)).map((each) => each.path);
  const { sha } = await room.commits.commit(room.alice, room.id, { message: 'Ours', paths });
  return sha;
}

test('GIT2 one push of every kind: each file is what both sides make of it, and nothing else is touched', async () => {
  const same = (...paths: string[]) =>
    Object.fromEntries(paths.map((path) => [path, { bytes: linesOf(path) }]));
  room = await createTestRoom(
    {
      ...same('clean.txt', 'closed.txt', 'both.txt', 'overlap.txt', 'quiet.txt', 'run.sh'),
      ...same('gone-clean.txt', 'gone-edited.txt', 'deleted-edited.txt', 'deleted.txt', 'gone-both.txt'),
      ...same('they-move/a.txt', 'they-move/unopened.txt', 'we-move.txt', 'both-move.txt', 'moved-gone.txt'),
      ...same('lf.txt', 'bom.txt', 'to-binary.txt', 'to-binary-edited.txt'),
      'mixed.txt': { bytes: 'a\r\nb\nc\r\nd\r\ne\r\n' },
      'image.png': { bytes: png(1) },
      'uploaded.png': { bytes: png(1) },
      'uploaded-same.png': { bytes: png(1) },
      link: { bytes: 'clean.txt', mode: '120000' },
    },
    { onForge: true },
  );
  const { alice, id } = room;
  const ours = (path: string, from: string, to: string) =>
    room.edit(alice, path, (text) => text.replace(from, to));
  const upload = (path: string, bytes: Uint8Array) =>
    room.uploads.upload(alice, id, { path, replace: true }, Readable.from([bytes]), bytes.byteLength);
  await open('clean.txt', 'gone-clean.txt', 'to-binary.txt');
  await ours('both.txt', 'one', 'ONE');
  await ours('overlap.txt', 'three', 'OURS');
  await ours('closed.txt', 'seven', 'SEVEN');
  await ours('run.sh', 'one', 'ONE');
  await ours('gone-edited.txt', 'one', 'ONE');
  await room.files.delete(alice, id, 'deleted-edited.txt');
  await room.files.delete(alice, id, 'deleted.txt');
  await room.files.delete(alice, id, 'gone-both.txt');
  await ours('they-move/a.txt', 'seven', 'SEVEN');
  await ours('we-move.txt', 'one', 'ONE');
  await room.files.move(alice, id, 'we-move.txt', 'we-moved.txt');
  await room.files.move(alice, id, 'both-move.txt', 'ours-moved.txt');
  await ours('moved-gone.txt', 'one', 'ONE');
  await room.files.move(alice, id, 'moved-gone.txt', 'kept-moved.txt');
  await ours('lf.txt', 'one', 'ONE');
  await ours('bom.txt', 'one', 'ONE');
  await ours('mixed.txt', 'b', 'B');
  await ours('to-binary-edited.txt', 'one', 'ONE');
  await upload('uploaded.png', png(2));
  await upload('uploaded-same.png', png(3));
  await room.files.create(alice, id, 'new-both.txt', 'shared\nours\n');
  await room.files.create(alice, id, 'new-ours.txt', 'ours\n');
  await room.files.create(alice, id, 'clash', 'a file\n');

  const outside = new Outside();
  for (const path of ['clean.txt', 'closed.txt', 'quiet.txt', 'deleted-edited.txt', 'we-move.txt'])
    outside.change(path, 'four', '4444');
  outside.change('both.txt', 'seven', 'SIEBEN').change('overlap.txt', 'three', 'THEIRS');
  outside.remove('gone-clean.txt', 'gone-edited.txt', 'gone-both.txt', 'moved-gone.txt');
  outside.move('they-move/a.txt', 'there/a.txt').change('there/a.txt', 'one', 'EINS');
  outside.move('they-move/unopened.txt', 'there/unopened.txt');
  outside.move('both-move.txt', 'theirs-moved.txt').change('theirs-moved.txt', 'two', 'ZWEI');
  chmodSync(join(outside.clone, 'run.sh'), 0o755);
  outside.write('lf.txt', linesOf('lf.txt').replace('seven', 'SIEBEN').replaceAll('\n', '\r\n'));
  outside.write('bom.txt', `\ufeff${linesOf('bom.txt')}`);
  outside.change('mixed.txt', 'd\r\n', 'D\n');
  outside.write('image.png', png(7)).write('uploaded.png', png(8)).write('uploaded-same.png', png(3));
  outside.write('to-binary.txt', png(1)).write('to-binary-edited.txt', png(2));
  outside.write('new-both.txt', 'shared\ntheirs\n').write('new-theirs.txt', 'theirs\n');
  outside.write('clash/inner.txt', 'in a folder\n');
  unlinkSync(join(outside.clone, 'link'));
  symlinkSync('both.txt', join(outside.clone, 'link'));
  const head = outside.push();
  await room.sync.look(id, { pusher: { name: 'Mallory' }, headSha: head });

  expect((await room.workspaces.find(id)).baseCommit).toBe(head);
  expect(await textAt('clean.txt')).toBe(linesOf('clean.txt').replace('four', '4444'));
  expect(await textAt('closed.txt')).toBe(
    linesOf('closed.txt').replace('four', '4444').replace('seven', 'SEVEN'),
  );
  expect(await textAt('both.txt')).toBe(linesOf('both.txt').replace('one', 'ONE').replace('seven', 'SIEBEN'));
  expect(await textAt('overlap.txt')).toBe(linesOf('overlap.txt').replace('three', 'OURS'));
  expect(await textAt('gone-clean.txt')).toBe(null);
  expect(await textAt('gone-edited.txt')).toBe(linesOf('gone-edited.txt').replace('one', 'ONE'));
  expect(await textAt('there/a.txt')).toBe(
    linesOf('they-move/a.txt').replace('one', 'EINS').replace('seven', 'SEVEN'),
  );
  expect(await textAt('we-moved.txt')).toBe(
    linesOf('we-move.txt').replace('one', 'ONE').replace('four', '4444'),
  );
  expect(await textAt('lf.txt')).toBe(linesOf('lf.txt').replace('one', 'ONE').replace('seven', 'SIEBEN'));
  expect(await textAt('to-binary.txt')).toBe(null);
  expect(await textAt('new-both.txt')).toBe('shared\nours\n');
  expect(await room.paths()).toEqual(
    [
      'modified both.txt',
      'modified bom.txt',
      'added clash',
      'modified closed.txt',
      'deleted deleted-edited.txt',
      'deleted deleted.txt',
      'added gone-edited.txt',
      'added kept-moved.txt',
      'modified lf.txt',
      'modified mixed.txt',
      'modified new-both.txt',
      'added new-ours.txt',
      'renamed ours-moved.txt',
      'modified overlap.txt',
      'modified run.sh',
      'modified there/a.txt',
      'modified to-binary-edited.txt',
      'modified uploaded.png',
      'renamed we-moved.txt',
    ].toSorted((one, other) => (one.split(' ')[1]! < other.split(' ')[1]! ? -1 : 1)),
  );
  expect(await conflicts()).toEqual([
    'binary to-binary-edited.txt',
    'binary uploaded.png',
    'deleted-ours deleted-edited.txt',
    'deleted-theirs gone-edited.txt',
    'deleted-theirs kept-moved.txt',
    'path clash',
    'text new-both.txt',
    'text overlap.txt',
  ]);
  const [merged] = await room.events.before(id, undefined, 1);
  expect(merged).toMatchObject({
    type: 'branch.merged',
    actor: { kind: 'git', sha: head, name: 'Mallory' },
    payload: { toCommit: head, pusher: 'Mallory', commits: 1, conflicts: 8, files: 30 },
  });
  // So is each of what the push did, wherever its event is shown without that of the push.
  const told = (await room.events.before(id, merged!.seq, 100)).filter(({ actor }) => actor.kind === 'git');
  expect(new Set(told.map(({ type }) => type))).toEqual(
    new Set(['file.moved', 'file.deleted', 'file.replaced', 'conflict.found']),
  );
  for (const { actor } of told) expect(actor).toEqual({ kind: 'git', sha: head, name: 'Mallory' });

  await expect(commitAll()).rejects.toMatchObject({ code: 'conflict' });
  await resolve('to-binary-edited.txt', 'both');
  await resolve('uploaded.png', 'incoming');
  await resolve('deleted-edited.txt', 'incoming');
  await resolve('gone-edited.txt', 'incoming');
  await resolve('kept-moved.txt', 'current');
  await resolve('clash', 'both');
  await resolve('new-both.txt', 'both');
  await resolve('overlap.txt', 'incoming');
  expect(await conflicts()).toEqual([]);
  const sha = await commitAll();
  const at = (path: string) =>
    execFileSync('git', ['-C', room.git.bare, 'show', `${sha}:${path}`], { encoding: 'utf8' });
  expect(at('overlap.txt')).toBe(linesOf('overlap.txt').replace('three', 'THEIRS'));
  expect(at('new-both.txt')).toBe('shared\nours\ntheirs\n');
  expect(at('lf.txt')).toBe(
    linesOf('lf.txt').replace('one', 'ONE').replace('seven', 'SIEBEN').replaceAll('\n', '\r\n'),
  );
  expect(at('bom.txt')).toBe(`\ufeff${linesOf('bom.txt').replace('one', 'ONE')}`);
  expect(at('mixed.txt')).toBe('a\r\nB\r\nc\r\nD\ne\r\n');
  expect(at('ours-moved.txt')).toBe(linesOf('both-move.txt').replace('two', 'ZWEI'));
  expect(at('to-binary-edited-room.txt')).toBe(linesOf('to-binary-edited.txt').replace('one', 'ONE'));
  expect(at('clash-room')).toBe('a file\n');
  expect(at('link')).toBe('both.txt');
  expect(room.git.git('ls-tree', sha, 'run.sh')).toMatch(/^100755/);
  expect(room.git.git('ls-tree', '-r', '--name-only', sha).split('\n')).toEqual(
    [
      'both.txt bom.txt clash-room clash/inner.txt clean.txt closed.txt',
      'deleted-edited.txt image.png kept-moved.txt lf.txt link mixed.txt',
      'new-both.txt new-ours.txt new-theirs.txt ours-moved.txt overlap.txt quiet.txt',
      'run.sh there/a.txt there/unopened.txt to-binary-edited-room.txt to-binary-edited.txt to-binary.txt',
      'uploaded-same.png uploaded.png we-moved.txt',
    ]
      .flatMap((row) => row.split(' '))
      .toSorted(),
  );
  expect(await room.paths()).toEqual([]);
}, 90_000);

test('GIT2 what is typed in a conflict belongs to it; a later push takes its place, or settles it; so does a hand', async () => {
  const before = linesOf('a.txt');
  room = await createTestRoom({ 'a.txt': { bytes: before }, 'b.txt': { bytes: before } }, { onForge: true });
  const { alice, bob, id } = room;
  const push = async (line: string): Promise<void> => {
    const text = before.replace('three', line);
    new Outside().write('a.txt', text).push(`with ${line}`);
    await room.sync.look(id);
  };
  const listed = async () =>
    (await room.conflicts.list(alice, id)).map((each) => [
      each.currentText,
      each.incomingText,
      each.baseText,
    ]);
  await room.edit(alice, 'a.txt', (text) => text.replace('three', 'OURS'));
  await push('THEIRS');
  expect(await listed()).toEqual([['OURS\n', 'THEIRS\n', 'three\n']]);
  await room.edit(bob, 'a.txt', (text) => text.replace('OURS', 'OURS, and more'));
  await push('THEIRS 2');
  expect(await listed()).toEqual([['OURS, and more\n', 'THEIRS 2\n', 'THEIRS\n']]);
  const types = async () => (await room.events.before(id, undefined, 3)).map(({ type }) => type);
  expect(await types()).toEqual(['branch.merged', 'conflict.found', 'conflict.resolved']);
  // Decided by both at once: one of them is told that it was.
  const [open] = await room.conflicts.list(alice, id);
  const both = await Promise.allSettled(
    [alice, bob].map((person) => room.resolving.resolve(person, id, open!.id, 'both')),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await textAt('a.txt')).toBe(before.replace('three', 'OURS, and more\nTHEIRS 2'));

  await push('THEIRS 3');
  expect(await listed()).toHaveLength(1);
  await room.edit(bob, 'a.txt', () => before.replace('three', 'THEIRS 3'));
  expect(await listed()).toEqual([]);
  expect(await room.paths()).toEqual([]);

  await room.edit(bob, 'a.txt', (text) => text.replace('THEIRS 3', 'OURS AGAIN'));
  await push('THEIRS 4');
  expect(await listed()).toHaveLength(1);
  await push('OURS AGAIN');
  expect(await listed()).toEqual([]);
  expect(await room.paths()).toEqual([]);
  expect(room.git.git('rev-parse', 'main')).toBe((await room.workspaces.find(id)).baseCommit);
});

test('GIT2 files and folders that want one name, and renames on both sides, cost neither side a file', async () => {
  const files = ['p.txt', 'q.txt', 'r.txt', 'swap/a.txt', 'Name.txt'];
  room = await createTestRoom(Object.fromEntries(files.map((path) => [path, { bytes: linesOf(path) }])), {
    onForge: true,
  });
  const { alice, id } = room;
  await open(...files);
  await room.edit(alice, 'p.txt', (text) => text.replace('one', 'ONE'));
  // They move p.txt to where a file of ours stands.
  await room.files.create(alice, id, 'new.txt', 'ours\n');
  // We move q.txt to where they make a file.
  await room.files.move(alice, id, 'q.txt', 'made.txt');
  await room.files.create(alice, id, 'docs', 'a file of ours\n');
  const outside = new Outside();
  outside.move('p.txt', 'new.txt').change('new.txt', 'seven', 'SIEBEN');
  outside.write('made.txt', 'theirs\n').write('docs/index.txt', 'theirs\n');
  outside.move('r.txt', 'swap/r.txt').move('swap/a.txt', 'a.txt').move('Name.txt', 'other/name.txt');
  outside.push();
  await room.sync.look(id);
  expect(await textAt('p.txt')).toBe(linesOf('p.txt').replace('one', 'ONE').replace('seven', 'SIEBEN'));
  expect(await textAt('new.txt')).toBe('ours\n');
  expect(await textAt('swap/r.txt')).toBe(linesOf('r.txt'));
  expect(await conflicts()).toEqual(['path docs', 'path made.txt', 'path new.txt']);
  await resolve('docs', 'current');
  await resolve('made.txt', 'both');
  await resolve('new.txt', 'incoming');
  const sha = await commitAll();
  expect(room.git.git('ls-tree', '-r', '--name-only', sha).split('\n')).toEqual([
    'a.txt',
    'docs',
    'made-room.txt',
    'made.txt',
    'new.txt',
    'other/name.txt',
    'swap/r.txt',
  ]);
  expect(room.git.git('show', `${sha}:new.txt`)).toContain('SIEBEN');
  expect(await textAt('new.txt')).toContain('ONE');
  expect(room.git.git('show', `${sha}:made.txt`)).toBe('theirs');
  expect(await room.paths()).toEqual([]);
});

test('GIT2 what is typed while a push is worked out is looked at again, and where it never ends comes after the push', async () => {
  const paths = ['a.txt', 'gone.txt'];
  room = await createTestRoom(Object.fromEntries(paths.map((path) => [path, { bytes: linesOf(path) }])), {
    onForge: true,
  });
  const { alice, id } = room;
  await open(...paths);
  const from = (await room.workspaces.find(id)).baseCommit;
  const head = new Outside().change('a.txt', 'seven', 'SIEBEN').remove('gone.txt').push();
  const plan = async () => room.plans.plan(await room.workspaces.find(id), from, head);
  const early = await plan();
  await room.edit(alice, 'a.txt', (text) => text.replace('seven', 'se-typed-ven'));
  await expect(room.applying.apply(id, early, { pusher: null, commits: null }, false)).rejects.toThrow(
    PlanStale,
  );
  await room.edit(alice, 'gone.txt', (text) => text.replace('one', 'typed'));
  // A file is not taken from under somebody's hands, however patient one is.
  await expect(room.applying.apply(id, early, { pusher: null, commits: null }, true)).rejects.toThrow(
    PlanStale,
  );
  expect((await room.workspaces.find(id)).baseCommit).toBe(from);
  const late = await plan();
  await room.edit(alice, 'a.txt', (text) => text.replace('one', 'later'));
  await room.applying.apply(id, late, { pusher: null, commits: null }, true);
  expect(await textAt('a.txt')).toBe(
    linesOf('a.txt').replace('seven', 'se-typed-ven').replace('one', 'later'),
  );
  expect(await conflicts()).toEqual(['deleted-theirs gone.txt', 'text a.txt']);
  expect(await room.paths()).toEqual(['modified a.txt', 'added gone.txt']);
});
