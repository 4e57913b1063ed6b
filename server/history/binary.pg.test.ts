/**
 * HIS1 Files that are no text are as they were after any event, uncommitted ones too.
 * HIS3 They are brought back as they were, and that is undone like any other change.
 * OBJ4 Their bytes stay for as long as the past of a room refers to them.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BranchStage, live, PATH, STORY } from '../branch-sync/testing/branch-stage.js';
import { DirectoryObjectStore } from '../object/directory-object-store.js';
import { ObjectRepository } from '../object/object.repository.js';
import { ObjectService } from '../object/object.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { AskedRoom } from './testing/asked-room.js';

const IMAGE = 'art/bird.png';
/** Each is no text by its NUL. */
const [COMMITTED, FIRST, SECOND] = ['\0committed', '\0first, which nobody committed', '\0second'];

let stage: BranchStage;
let connection: DatabaseConnection;
beforeAll(async () => {
  stage = await BranchStage.start();
  connection = new DatabaseConnection(stage.perch.surroundings.databaseUrl);
});
afterEach(() => stage.clear());
afterAll(async () => {
  await connection.pool.end();
  await stage.perch.stop();
});

/** What the cleaning does of what is a day old. */
function sweep(): Promise<number> {
  const store = new DirectoryObjectStore(join(stage.git.folder, 'state', 'objects'));
  return new ObjectService(store, new ObjectRepository(connection), connection).sweep(0);
}

/** What lies above the base commit. */
async function overlay(id: string): Promise<unknown[]> {
  return (await connection.pool.query('SELECT path FROM workspace_files WHERE workspace_id = $1', [id])).rows;
}

async function start(files: Record<string, string> = { [PATH]: STORY }) {
  const branch = await stage.branch(files);
  const room = new AskedRoom(stage, branch.id);
  return { ...branch, room, opened: await room.seqOf('workspace.opened') };
}

test('HIS1 OBJ4 an image is as it was after each event, committed or not, whatever was swept since', async () => {
  const { room, opened, id } = await start({ [PATH]: STORY, 'bird.png': COMMITTED });
  await room.put(IMAGE, FIRST);
  const made = await room.last();
  await room.put(IMAGE, SECOND);
  const replaced = await room.last();
  await room.put('bird.png', SECOND);
  expect((await stage.tryCommit(id, [IMAGE, 'bird.png'])).status).toBe(200);
  const committed = await room.last();
  await room.change('delete', { path: IMAGE });
  const deleted = await room.last();
  await connection.pool.query(`UPDATE file_undos SET created_at = now() - interval '9 days'`);
  expect(await sweep()).toBe(0);
  expect(await room.at(IMAGE, opened)).toEqual({ kind: 'absent', was: 'not-yet' });
  for (const [seq, bytes] of [
    [made, FIRST],
    [replaced, SECOND],
    [committed, SECOND],
  ] as const) {
    const moment = { kind: 'not-text', reason: 'binary', path: IMAGE, size: bytes.length };
    expect(await room.at(IMAGE, seq)).toMatchObject(moment);
    expect(await room.raw(IMAGE, seq)).toBe(bytes);
  }
  expect(await room.at(IMAGE, deleted)).toEqual({ kind: 'absent', was: 'deleted' });
  expect(await room.raw('bird.png', opened)).toBe(COMMITTED);
  expect(await room.raw('bird.png', made)).toBe(COMMITTED);
  expect(await room.raw('bird.png', committed)).toBe(SECOND);
  expect(await room.raw(PATH, opened)).toBe(STORY);
});

test('HIS3 an image is brought back as a change of its own, from an upload and from a commit, and undone', async () => {
  const { room, opened, id } = await start({ [PATH]: STORY, 'bird.png': COMMITTED });
  await room.put('bird.png', FIRST);
  const first = await room.last();
  await room.put('bird.png', SECOND);
  const reverted = await room.revert('bird.png', first);
  expect(reverted.body).toMatchObject({ outcome: 'reverted', path: 'bird.png' });
  expect(await room.now('bird.png')).toBe(FIRST);
  const told = (await room.timeline()).events[0]!;
  expect(told).toMatchObject({ type: 'file.reverted', payload: { path: 'bird.png', seq: first } });
  expect(await room.raw('bird.png', told.seq)).toBe(FIRST);
  expect(await room.undo('bird.png', reverted.body.undo)).toBe(200);
  expect(await room.now('bird.png')).toBe(SECOND);
  expect((await room.revert('bird.png', told.seq - 1)).body).toMatchObject({ outcome: 'same', undo: null });

  // What the last commit has is no change any more.
  expect((await room.revert('bird.png', opened)).body.outcome).toBe('reverted');
  expect(await overlay(id)).toEqual([]);
  await room.put('bird.png', SECOND);
  expect((await stage.tryCommit(id, ['bird.png'])).status).toBe(200);
  await room.change('delete', { path: 'bird.png' });
  // Of an earlier commit the bytes are git's alone.
  expect((await room.revert('bird.png', opened)).body).toMatchObject({ outcome: 'recreated', undo: null });
  expect(await room.now('bird.png')).toBe(COMMITTED);
  expect((await stage.tryCommit(id, ['bird.png'])).status).toBe(200);
  expect((await room.at('bird.png', await room.last())).kind).toBe('not-text');
});

test('HIS3 a text that an image took the place of is brought back, and the image in place of the text', async () => {
  const { room, opened, id } = await start();
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  const typed = alice.text;
  const edited = await room.seqOf('file.edited');
  await room.put(PATH, FIRST);
  const image = await room.last();
  expect(await room.at(PATH, edited)).toMatchObject({ kind: 'text', text: typed });
  expect((await room.revert(PATH, edited)).body.outcome).toBe('reverted');
  await live(alice.document);
  expect(alice.text).toBe(typed);
  const back = await room.revert(PATH, image);
  expect([back.body.outcome, await room.now(PATH)]).toEqual(['reverted', FIRST]);
  expect((await room.revert(PATH, opened)).body.outcome).toBe('reverted');
  expect(await overlay(id)).toEqual([]);
});

test('HIS1 what was replaced before its bytes were kept is said to be gone, and nothing is changed', async () => {
  const { room } = await start();
  await room.put(IMAGE, FIRST);
  const made = await room.last();
  await room.put(IMAGE, SECOND);
  await connection.pool.query(
    `UPDATE overlay_states SET object_id = NULL WHERE path = $1 AND event_seq = $2 AND workspace_id = $3`,
    [IMAGE, made, room.id],
  );
  await connection.pool.query(`UPDATE file_undos SET created_at = now() - interval '9 days'`);
  expect(await sweep()).toBe(1);
  const { status, body } = await room.revert(IMAGE, made);
  expect([status, body]).toEqual([410, expect.objectContaining({ code: 'gone' })]);
  expect(body.message).toContain('not kept any more');
  expect(await room.raw(IMAGE, made)).toMatchObject({ code: 'gone' });
  expect(await room.now(IMAGE)).toBe(SECOND);
});

test('HIS1 a symbolic link is told where it led, and is left to git', async () => {
  const { room, opened, name } = await start();
  const blob = stage.git.given(PATH, 'hash-object', '-w', '--stdin');
  const entries = `${stage.git.git('ls-tree', name)}\n120000 blob ${blob}\tlink\n`;
  const tree = stage.git.given(entries, 'mktree');
  const pushed = stage.git.git('commit-tree', tree, '-p', name, '-m', 'a link');
  stage.git.git('update-ref', `refs/heads/${name}`, pushed);
  await stage.open(name);
  const merged = await room.seqOf('branch.merged');
  expect(await room.at('link', merged)).toMatchObject({ reason: 'symlink', target: PATH });
  expect(await room.at('link', opened)).toEqual({ kind: 'absent', was: 'not-yet' });
  await room.change('delete', { path: 'link' });
  expect((await stage.tryCommit(room.id, ['link'])).status).toBe(200);
  expect((await room.revert('link', merged)).body.message).toContain('git alone brings back');
});
