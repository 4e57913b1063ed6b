import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { forgeAccounts } from '../../db/schema/forge-account.js';
import { createTestRoom, startServices, type TestRoom } from './testing/test-room.js';
import { SOON } from '../testing/soon.js';

const binary = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256);
let room: TestRoom;
afterEach(() => room.drop());

const log = (clone: string) =>
  execFileSync('git', ['-C', clone, 'log', '-1', '--format=%an <%ae>%n%B'], { encoding: 'utf8' }).trim();

test('GIT4: bytes survive a commit: line ends, byte order mark, no final newline, modes, binaries', async () => {
  const mixed = 'one\r\ntwo\nthree\r\nfour';
  room = await createTestRoom(
    {
      'crlf.txt': { bytes: 'a\r\nb\r\nc\r\n' },
      'mixed.txt': { bytes: mixed },
      'bom.txt': { bytes: '\ufeffhello\r\nworld' },
      'open.txt': { bytes: 'no end' },
      'run.sh': { bytes: '#!/bin/sh\necho 1\n', mode: '100755' },
      'image.png': { bytes: binary },
      link: { bytes: 'crlf.txt', mode: '120000' },
    },
    { onForge: true },
  );
  const { alice, id } = room;
  await room.edit(alice, 'crlf.txt', (text) => text.replace('b\n', 'B\nnew\n'));
  await room.edit(alice, 'mixed.txt', (text) => text.replace('two', '2'));
  await room.edit(alice, 'bom.txt', (text) => text.replace('hello', 'hé🎉lo'));
  await room.edit(alice, 'open.txt', (text) => `${text}ing`);
  await room.edit(alice, 'run.sh', (text) => text.replace('1', '2'));
  await room.files.move(alice, id, 'image.png', 'art/sprite.png');
  await room.files.create(alice, id, 'src/new.ts', 'export {};\n');
  const paths = (await room.changes.changes(alice, id)).map((each) => each.path);
  const { committedPaths, sha } = await room.commits.commit(alice, id, {
    message: 'All at once',
    paths: paths,
  });

  const clone = room.git.clone();
  const read = (path: string) => readFileSync(join(clone, path));
  expect(read('crlf.txt').toString()).toBe('a\r\nB\r\nnew\r\nc\r\n');
  expect(read('mixed.txt').toString()).toBe('one\r\n2\r\nthree\r\nfour');
  expect(read('bom.txt').toString()).toBe('\ufeffhé🎉lo\r\nworld');
  expect(read('open.txt').toString()).toBe('no ending');
  expect(read('run.sh').toString()).toBe('#!/bin/sh\necho 2\n');
  expect(statSync(join(clone, 'run.sh')).mode & 0o111).toBe(0o111);
  expect(new Uint8Array(read('art/sprite.png'))).toEqual(binary);
  expect(existsSync(join(clone, 'image.png'))).toBe(false);
  expect(readlinkSync(join(clone, 'link'))).toBe('crlf.txt');
  expect(read('src/new.ts').toString()).toBe('export {};\n');
  expect(committedPaths.toSorted()).toEqual(paths.toSorted());
  expect(room.git.git('rev-parse', 'main')).toBe(sha);
  expect(await room.paths()).toEqual([]);
  // And nothing that was committed is edited into again by the next commit.
  await room.edit(alice, 'bom.txt', (text) => `${text}!`);
  expect(await room.paths()).toEqual(['modified bom.txt']);
});

test('GIT5: the commit names its author and, once each, the authors of surviving lines', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\ntwo\nthree\n' } });
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => text.replace('one', 'ONE'));
  await room.edit(bob, 'a.txt', (text) => text.replace('three', 'THREE'));
  const preview = await room.commits.preview(alice, id, ['a.txt']);
  expect(preview.author).toEqual({ name: 'Alice', email: 'alice@example.com' });
  expect(preview.coAuthors).toEqual([{ name: 'Bob', email: 'bob@example.com' }]);
  expect(preview.head).toBe(preview.baseCommit);
  await room.commits.commit(alice, id, { message: 'Shout', paths: ['a.txt'] });
  expect(log(room.git.clone())).toBe(
    'Alice <alice@example.com>\nShout\n\nCo-authored-by: Bob <bob@example.com>',
  );
});

test('GIT5: whoever signed in at the forge goes into the commit by the address it has verified', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } });
  const { alice, bob, id } = room;
  const email = '7+bob@users.noreply.github.com';
  await room.database.database
    .insert(forgeAccounts)
    .values({ userId: bob.id, forgeUserId: 7, login: 'bob', email });
  await room.edit(bob, 'a.txt', (text) => text.replace('one', 'ONE'));
  const { author, coAuthors } = await room.commits.preview(alice, id, ['a.txt']);
  expect(author.email).toBe('alice@example.com');
  expect(coAuthors).toEqual([{ name: 'Bob', email }]);
  expect((await room.commits.preview(bob, id, ['a.txt'])).author.email).toBe(email);
});

test('GIT1: what was pushed meanwhile comes in, and the commit is made on top of it, once', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\ntwo\nthree\n' } }, { onForge: true });
  const { alice, id } = room;
  await room.edit(alice, 'a.txt', (text) => text.replace('one', 'ONE'));
  const clone = room.git.clone();
  writeFileSync(join(clone, 'a.txt'), 'one\ntwo\nTHREE\n');
  const head = room.git.commitAll(clone, 'from outside');
  await room.commits.commit(alice, id, { message: 'Mine', paths: ['a.txt'] });
  expect(room.git.git('rev-parse', 'main^')).toBe(head);
  expect(room.git.git('rev-list', '--count', 'main')).toBe('3');
  expect(room.git.git('show', 'main:a.txt')).toBe('ONE\ntwo\nTHREE');
  expect(await room.paths()).toEqual([]);
  const types = (await room.events.before(id, undefined, 2)).map((each) => each.type);
  expect(types).toEqual(['commit.created', 'branch.merged']);
});

test('GIT1: a commit waits for a conflict to be decided, and what was pushed is not overwritten', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' }, 'b.txt': { bytes: 'b\n' } }, { onForge: true });
  const { alice, id } = room;
  await room.edit(alice, 'a.txt', () => 'mine\n');
  await room.edit(alice, 'b.txt', () => 'B\n');
  const clone = room.git.clone();
  writeFileSync(join(clone, 'a.txt'), 'theirs\n');
  const head = room.git.commitAll(clone, 'from outside');
  await expect(room.commits.commit(alice, id, { message: 'Mine', paths: ['a.txt'] })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('a.txt') as string,
  });
  expect(room.git.git('rev-parse', 'main')).toBe(head);
  expect(await room.paths()).toEqual(['modified a.txt', 'modified b.txt']);
  // What is in no conflict need not wait.
  await room.commits.commit(alice, id, { message: 'B', paths: ['b.txt'] });
  const [found] = await room.conflicts.list(alice, id);
  expect(found).toMatchObject({
    kind: 'text',
    path: 'a.txt',
    currentText: 'mine\n',
    incomingText: 'theirs\n',
  });
  await room.resolving.resolve(alice, id, found!.id, 'both');
  await room.commits.commit(alice, id, { message: 'Both', paths: ['a.txt'] });
  expect(room.git.git('show', 'main:a.txt')).toBe('mine\ntheirs');
  expect(await room.conflicts.list(alice, id)).toEqual([]);
});

test('GIT1: after a forced push nothing is overwritten, and the overlay is kept', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } }, { onForge: true });
  const { alice, id, git } = room;
  await room.edit(alice, 'a.txt', () => 'mine\n');
  const other = git.git('commit-tree', '-m', 'another past', 'main^{tree}');
  git.git('update-ref', 'refs/heads/main', other);
  await expect(room.commits.commit(alice, id, { message: 'Mine', paths: ['a.txt'] })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Nothing was committed or overwritten') as string,
  });
  expect(git.git('rev-parse', 'main')).toBe(other);
  expect(await room.paths()).toEqual(['modified a.txt']);
  const [last] = await room.events.before(id, undefined, 1);
  expect(last).toMatchObject({ type: 'branch.forced', payload: { head: other } });
});

test('GIT1: two people who commit at once, in two processes, make two commits in a row', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'a\n' }, 'b.txt': { bytes: 'b\n' } }, { onForge: true });
  const { alice, bob, id } = room;
  const other = await startServices(room.url, room.git, room.forge);
  try {
    await room.edit(alice, 'a.txt', () => 'A\n');
    await room.edit(bob, 'b.txt', () => 'B\n');
    await Promise.all([
      room.commits.commit(alice, id, { message: 'A', paths: ['a.txt'] }),
      other.commits.commit(bob, id, { message: 'B', paths: ['b.txt'] }),
    ]);
    expect(room.git.git('rev-list', '--count', 'main')).toBe('3');
    expect(room.git.git('show', 'main:a.txt')).toBe('A');
    expect(room.git.git('show', 'main:b.txt')).toBe('B');
    expect(await room.paths()).toEqual([]);
    // The same change, committed by both: one commit, and a sentence for the second.
    await room.edit(alice, 'a.txt', () => 'AA\n');
    const both = await Promise.allSettled([
      room.commits.commit(alice, id, { message: 'AA', paths: ['a.txt'] }),
      other.commits.commit(bob, id, { message: 'AA', paths: ['a.txt'] }),
    ]);
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'unprocessable' });
    expect(room.git.git('rev-list', '--count', 'main')).toBe('4');
  } finally {
    await other.stop();
  }
});

test('GIT1: a connection cut after the branch moved is settled by looking; before, nothing was made', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } });
  const { alice, id, git } = room;
  await room.edit(alice, 'a.txt', () => 'two\n');
  git.breakUpdateRef = 'before';
  await expect(room.commits.commit(alice, id, { message: 'Two', paths: ['a.txt'] })).rejects.toMatchObject({
    code: 'forge',
  });
  expect(git.git('rev-list', '--count', 'main')).toBe('1');
  expect(await room.paths()).toEqual(['modified a.txt']);
  git.breakUpdateRef = 'after';
  const { sha } = await room.commits.commit(alice, id, { message: 'Two', paths: ['a.txt'] });
  expect(git.git('rev-parse', 'main')).toBe(sha);
  expect(git.git('rev-list', '--count', 'main')).toBe('2');
  expect(await room.paths()).toEqual([]);
});

test('GIT1: a process that died after the branch moved leaves a commit that the next start finishes', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' }, 'old.txt': { bytes: 'old\n' } });
  const { alice, id, git } = room;
  const documentId = await room.edit(alice, 'a.txt', () => 'two\n');
  await room.files.move(alice, id, 'old.txt', 'moved.txt');
  const { text, seq } = await room.documents.read(documentId);
  const base = git.git('rev-parse', 'main');
  const clone = git.clone();
  writeFileSync(join(clone, 'a.txt'), text);
  execFileSync('git', ['-C', clone, 'mv', 'old.txt', 'moved.txt']);
  const sha = git.commitAll(clone, 'Two');
  await room.commitRows.intend({
    workspaceId: id,
    userId: alice.id,
    sha,
    parentSha: base,
    message: 'Two',
    files: [
      {
        path: 'a.txt',
        sha: git.git('rev-parse', 'main:a.txt'),
        mode: '100644',
        fromPath: null,
        documentId,
        seq,
      },
      {
        path: 'moved.txt',
        sha: git.git('rev-parse', 'main:moved.txt'),
        mode: '100644',
        fromPath: 'old.txt',
        documentId: null,
        seq: null,
      },
    ],
  });
  const next = await startServices(room.url, git);
  try {
    next.settling.onApplicationBootstrap();
    await vi.waitFor(async () => expect((await next.workspaces.find(id)).baseCommit).toBe(sha), SOON);
    expect(await next.changes.changes(alice, id)).toEqual([]);
    expect(await next.events.before(id, undefined, 1)).toMatchObject([
      { type: 'commit.created', payload: { sha, message: 'Two' } },
    ]);
  } finally {
    await next.stop();
  }
});

test('GIT1: what is typed, moved or deleted while a commit is under way stays in the overlay', async () => {
  room = await createTestRoom({
    'a.txt': { bytes: 'one\n' },
    'b.txt': { bytes: 'b\n' },
    'c.txt': { bytes: 'c\n' },
  });
  const { alice, id, git } = room;
  await room.edit(alice, 'a.txt', () => 'two\n');
  await room.edit(alice, 'b.txt', () => 'B\n');
  await room.edit(alice, 'c.txt', () => 'C\n');
  await room.files.create(alice, id, 'd.txt', 'd\n');
  git.beforeUpdateRef = async () => {
    await room.edit(alice, 'a.txt', (text) => `${text}three\n`);
    await room.files.move(alice, id, 'b.txt', 'bb.txt');
    await room.files.delete(alice, id, 'c.txt');
    await room.files.move(alice, id, 'd.txt', 'dd.txt');
  };
  await room.commits.commit(alice, id, { message: 'Two', paths: ['a.txt', 'b.txt', 'c.txt', 'd.txt'] });
  git.beforeUpdateRef = undefined;
  expect(git.git('show', 'main:a.txt')).toBe('two');
  expect(git.git('show', 'main:b.txt')).toBe('B');
  expect(git.git('show', 'main:c.txt')).toBe('C');
  expect(git.git('show', 'main:d.txt')).toBe('d');
  expect(await room.paths()).toEqual(['modified a.txt', 'renamed bb.txt', 'deleted c.txt', 'renamed dd.txt']);
  const paths = (await room.changes.changes(alice, id)).map((each) => each.path);
  await room.commits.commit(alice, id, { message: 'The rest', paths: paths });
  expect(git.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['a.txt', 'bb.txt', 'dd.txt']);
  expect(git.git('show', 'main:a.txt')).toBe('two\nthree');
  expect(await room.paths()).toEqual([]);
});

test('GIT5: nobody is named in a commit who was not shown', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } });
  const { alice, bob, id } = room;
  await room.edit(bob, 'a.txt', () => 'by bob\n');
  const wanted = { message: 'Whose?', paths: ['a.txt'] };
  await expect(
    room.commits.commit(alice, id, { ...wanted, shownEmails: [alice.email] }),
  ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Bob') });
  await room.commits.commit(alice, id, { ...wanted, shownEmails: [alice.email, bob.email] });
});

test('GIT1: chosen files are committed and the others stay; half of a change is refused', async () => {
  room = await createTestRoom({
    'a.txt': { bytes: 'a\n' },
    'b.txt': { bytes: 'b\n' },
    'README.md': { bytes: 'r\n' },
  });
  const { alice, id, git } = room;
  await expect(
    room.commits.commit(alice, id, { message: 'Nothing', paths: ['a.txt'] }),
  ).rejects.toMatchObject({
    code: 'unprocessable',
  });
  await room.files.move(alice, id, 'a.txt', 'moved.txt');
  await room.files.create(alice, id, 'a.txt', 'new\n');
  await room.edit(alice, 'b.txt', () => 'B\n');
  await room.files.delete(alice, id, 'README.md');
  await room.files.create(alice, id, 'readme.md', 'R\n');
  await expect(room.commits.commit(alice, id, { message: 'Half', paths: ['a.txt'] })).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('moved.txt') as string,
  });
  await expect(
    room.commits.commit(alice, id, { message: 'Case', paths: ['readme.md'] }),
  ).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('case only') as string,
  });
  await room.commits.commit(alice, id, { message: 'B', paths: ['b.txt'] });
  expect(await room.paths()).toEqual([
    'deleted README.md',
    'modified a.txt',
    'renamed moved.txt',
    'added readme.md',
  ]);
  await room.commits.commit(alice, id, {
    message: 'Rest',
    paths: ['README.md', 'a.txt', 'moved.txt', 'readme.md'],
  });
  expect(git.git('ls-tree', '--name-only', 'main').split('\n')).toEqual([
    'a.txt',
    'b.txt',
    'moved.txt',
    'readme.md',
  ]);
  expect(git.git('show', 'main:moved.txt')).toBe('a');
  expect(await room.paths()).toEqual([]);
});
