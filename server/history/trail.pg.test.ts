/**
 * HIS1 A file is followed back through the names it had before anybody opened
 * it, by moves, by what took them back, and by renames that pushes have brought.
 */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { BranchStage, live, PATH, STORY } from '../branch-sync/testing/branch-stage.js';
import { DatabaseConnection } from '../platform/database.js';
import { AskedRoom } from './testing/asked-room.js';
import { SOON } from '../testing/soon.js';

const IMAGE = '\0an image';

let stage: BranchStage;
beforeAll(async () => {
  stage = await BranchStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

async function start(files: Record<string, string>) {
  const branch = await stage.branch({ [PATH]: STORY, ...files });
  const room = new AskedRoom(stage, branch.id);
  return { ...branch, room, opened: await room.seqOf('workspace.opened') };
}

test('HIS1 a file that was moved twice before it was opened has all of its past, asked by any name', async () => {
  const { room, opened, id } = await start({ 'quiet.txt': 'quiet\n' });
  await room.change('move', { from: 'quiet.txt', to: 'one/first.txt' });
  const first = await room.last();
  await room.change('move', { from: 'one', to: 'two' });
  const bob = await stage.enter(id, 'Bob');
  for (const path of ['two/first.txt', 'one/first.txt', 'quiet.txt']) {
    expect(await room.told(path)).toEqual(['workspace.opened', 'file.moved', 'file.moved']);
    expect(await room.at(path, first)).toEqual({ kind: 'text', path: 'one/first.txt', text: 'quiet\n' });
  }
  const document = bob.room.openDocument('two/first.txt');
  await live(document);
  document.text.insert(0, 'not so ');
  await document.whenSaved();
  await room.seqOf('file.edited');
  const all = ['workspace.opened', 'file.moved', 'file.moved', 'file.edited'];
  expect(await room.told('two/first.txt')).toEqual(all);
  expect(await room.at('two/first.txt', opened)).toMatchObject({ path: 'quiet.txt', text: 'quiet\n' });
  expect(await room.revert('quiet.txt', opened)).toMatchObject({ body: { path: 'two/first.txt' } });
  await vi.waitFor(() => expect(document.text.toString()).toBe('quiet\n'), SOON);
});

test('HIS1 an image is followed through moves, what took them back, and a commit; another at its old name is not it', async () => {
  const { room, opened, id } = await start({ 'bird.png': IMAGE });
  await room.change('move', { from: 'bird.png', to: 'art/bird.png' });
  const moved = await room.last();
  const { undo } = await room.change('discard', { path: 'art/bird.png' });
  const back = await room.last();
  expect(await room.at('bird.png', moved)).toMatchObject({ path: 'art/bird.png' });
  expect(await room.at('bird.png', back)).toMatchObject({ path: 'bird.png' });
  expect(await room.undo('art/bird.png', undo)).toBe(200);
  expect((await stage.tryCommit(id, ['art/bird.png'])).status).toBe(200);
  await room.put('bird.png', '\0another');
  const another = await room.last();
  await room.put('art/bird.png', '\0a later image');
  const replaced = await room.last();
  await room.change('move', { from: 'art/bird.png', to: 'art/eagle.png' });
  for (const [seq, path, bytes] of [
    [opened, 'bird.png', IMAGE],
    [moved, 'art/bird.png', IMAGE],
    [back, 'bird.png', IMAGE],
    [another, 'art/bird.png', IMAGE],
    [replaced, 'art/bird.png', '\0a later image'],
  ] as const) {
    expect(await room.at('art/eagle.png', seq)).toMatchObject({ kind: 'not-text', path });
    expect(await room.raw('art/eagle.png', seq)).toBe(bytes);
  }
  expect(await room.raw('bird.png', another)).toBe('\0another');
  expect(await room.told('bird.png')).not.toContain('file.replaced');
  // Asked by where it was, it comes back to where it is.
  expect((await room.revert('art/bird.png', moved)).body.path).toBe('art/eagle.png');
  expect(await room.now('art/eagle.png')).toBe(IMAGE);
});

test('HIS1 a file that a push has renamed has its past from before, changed on the way or not', async () => {
  const lines = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('');
  const { room, opened, name } = await start({ 'exact.txt': 'exact\n', 'close.txt': lines });
  const { git } = stage;
  const kept = git.git('ls-tree', name).split('\n');
  const entries = kept.filter((line) => !/\t(?:exact|close)\.txt$/.test(line));
  const blob = (text: string) => git.given(text, 'hash-object', '-w', '--stdin');
  entries.push(
    `100644 blob ${blob('exact\n')}\tmoved.txt`,
    `100644 blob ${blob(`${lines}more\n`)}\tnear.txt`,
  );
  const tree = git.given(`${entries.join('\n')}\n`, 'mktree');
  const pushed = git.git('commit-tree', tree, '-p', name, '-m', 'renamed elsewhere');
  git.git('update-ref', `refs/heads/${name}`, pushed);
  await stage.open(name);
  const merged = await room.seqOf('branch.merged');
  expect(await room.at('moved.txt', opened)).toEqual({ kind: 'text', path: 'exact.txt', text: 'exact\n' });
  expect(await room.at('near.txt', opened)).toEqual({ kind: 'text', path: 'close.txt', text: lines });
  expect(await room.at('near.txt', merged)).toMatchObject({ path: 'near.txt', text: `${lines}more\n` });
  expect(await room.told('near.txt')).toEqual(['workspace.opened', 'branch.merged']);
  expect(await room.at('close.txt', merged)).toEqual({ kind: 'absent', was: 'deleted' });
});

test('HIS1 a discard of a moved text is seen as it left it, and so is what took it back', async () => {
  const { room, id } = await start({});
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  const typed = alice.text;
  await room.change('move', { from: PATH, to: 'moved.txt' });
  const moved = await room.last();
  const { undo } = await room.change('discard', { path: 'moved.txt' });
  const discarded = await room.last();
  const home = alice.room.openDocument(PATH);
  await live(home);
  expect(home.text.toString()).toBe(STORY);
  expect(await room.at(PATH, moved)).toEqual({ kind: 'text', path: 'moved.txt', text: typed });
  expect(await room.at(PATH, discarded)).toEqual({ kind: 'text', path: PATH, text: STORY });
  expect(await room.undo('moved.txt', undo)).toBe(200);
  await live(alice.document);
  await vi.waitFor(() => expect(alice.text).toBe(typed), SOON);
  expect(await room.at('moved.txt', await room.last())).toMatchObject({ path: 'moved.txt', text: typed });
});

test('HIS1 of a text that was moved before places were noted, the events tell what it was called', async () => {
  const { room, opened, id } = await start({});
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  await room.change('move', { from: PATH, to: 'moved.txt' });
  const { pool } = new DatabaseConnection(stage.perch.surroundings.databaseUrl);
  try {
    const places = 'document_places WHERE workspace_id = $1';
    await pool.query(`DELETE FROM ${places} AND path = $2`, [id, PATH]);
    await pool.query(`UPDATE document_places SET event_seq = 0 WHERE workspace_id = $1`, [id]);
  } finally {
    await pool.end();
  }
  expect(await room.at('moved.txt', opened)).toEqual({ kind: 'text', path: PATH, text: STORY });
  expect(await room.at('moved.txt', await room.seqOf('file.edited'))).toMatchObject({ path: PATH });
  expect(await room.told('moved.txt')).toContain('file.edited');
});

test('HIS1 what happened to a folder says that it was one, and what happened to a file does not', async () => {
  const { room } = await start({ 'quiet.txt': 'quiet\n' });
  const payload = async () => (await room.timeline()).events[0]!.payload;
  await room.change('move', { from: 'quiet.txt', to: 'one/quiet.txt' });
  expect(await payload()).toEqual({ from: 'quiet.txt', to: 'one/quiet.txt' });
  await room.change('move', { from: 'one', to: 'two' });
  expect(await payload()).toEqual({ from: 'one', to: 'two', isFolder: true });
  const { undo } = await room.change('delete', { path: 'two' });
  expect(await payload()).toEqual({ path: 'two', isFolder: true });
  expect(await room.undo('two', undo)).toBe(200);
  expect(await payload()).toEqual({ path: 'two', isFolder: true });
  const file = await room.change('delete', { path: 'two/quiet.txt' });
  expect(await payload()).toEqual({ path: 'two/quiet.txt' });
  expect(await room.undo('two/quiet.txt', file.undo)).toBe(200);
  expect(await payload()).toEqual({ path: 'two/quiet.txt' });
});

test('HIS1 asked by a name it has left twice, a file is where it went the second time', async () => {
  const { room } = await start({ 'bird.png': IMAGE });
  await room.change('move', { from: 'bird.png', to: 'once.png' });
  await room.change('discard', { path: 'once.png' });
  await room.change('move', { from: 'bird.png', to: 'twice.png' });
  const twice = await room.last();
  expect(await room.at('bird.png', twice)).toMatchObject({ kind: 'not-text', path: 'twice.png' });
  expect((await room.revert('bird.png', twice)).body).toMatchObject({ outcome: 'same', path: 'twice.png' });
});

test('HIS1 a file that was moved and committed before anybody opened it has its past', async () => {
  const { room, opened, id } = await start({ 'quiet.txt': 'quiet\n' });
  const bob = await stage.enter(id, 'Bob');
  const to = 'moved/first.txt';
  await room.change('move', { from: 'quiet.txt', to });
  expect((await stage.tryCommit(id, [to])).status).toBe(200);
  await live(bob.room.openDocument(to));
  expect(await room.at(to, opened)).toEqual({ kind: 'text', text: 'quiet\n', path: 'quiet.txt' });
});

test('HIS3 where another file has come to a path, it is the one that is restored', async () => {
  const { room, opened, id, name } = await start({ 'quiet.txt': 'quiet\n' });
  const bob = await stage.enter(id, 'Bob');
  const document = bob.room.openDocument('quiet.txt');
  await live(document);
  await room.change('move', { from: 'quiet.txt', to: 'other.txt' });
  expect((await stage.tryCommit(id, ['other.txt'])).status).toBe(200);
  const pushed = stage.commit(name, { 'quiet.txt': 'another\n' });
  stage.git.git('update-ref', `refs/heads/${name}`, pushed);
  await stage.open(name);
  const { body } = await room.revert('quiet.txt', opened);
  expect(body).toMatchObject({ outcome: 'reverted', path: 'quiet.txt' });
  const restored = bob.room.openDocument('quiet.txt');
  await live(restored);
  expect([restored.text.toString(), document.text.toString()]).toEqual(['quiet\n', 'quiet\n']);
  expect(document.path).toBe('other.txt');
});
