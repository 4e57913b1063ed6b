import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createTestRoom, type TestRoom } from '../commit/testing/test-room.js';
import type { Account } from '../protocol/user.js';

let room: TestRoom;
afterEach(() => room.drop());

/** Of each line: who, whether it is committed, and which event tells of it. */
async function lines(account: Account, path: string): Promise<string[]> {
  const found = await room.authorship.lines(account, room.id, path);
  const told = Array.from({ length: found.lineCount }, () => '');
  const events = await room.events.after(room.id, 0, 500);
  for (const { from, count, writings } of found.runs) {
    const words = writings.map((index) => {
      const { actor, commit, eventSeq } = found.writings[index]!;
      const event = events.find(({ seq }) => seq === eventSeq)?.type ?? 'nothing';
      return `${actor.name} ${commit?.subject ?? 'now'} ${event}`;
    });
    for (let line = from; line < from + count; line++) told[line - 1] = words.join(', ');
  }
  return told;
}

test('DOC9: each line has its author, before the commit as after, and in another room too', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\ntwo\nthree\n' } }, { onForge: true });
  const { alice, bob, id } = room;
  expect(await lines(bob, 'a.txt')).toEqual([
    'Test start nothing',
    'Test start nothing',
    'Test start nothing',
    '',
  ]);
  await room.edit(alice, 'a.txt', (text) => text.replace('one\n', 'one\nfrom alice\n'));
  await room.edit(bob, 'a.txt', (text) => text.replace('three', 'three of bob'));
  await expect
    .poll(() => lines(alice, 'a.txt'))
    .toEqual([
      'Test start nothing',
      'Alice now file.edited',
      'Test start nothing',
      'Bob now file.edited',
      '',
    ]);
  await room.commits.commit(alice, id, { message: 'Both', paths: ['a.txt'] });
  const committed = [
    'Test start nothing',
    'Alice Both commit.created',
    'Test start nothing',
    'Bob Both commit.created',
    '',
  ];
  expect(await lines(bob, 'a.txt')).toEqual(committed);
  // A document that knows nothing of it: the commit's own does.
  await room.files.delete(alice, id, 'a.txt');
  await room.files.create(alice, id, 'a.txt', 'one\nfrom alice\ntwo\nthree of bob\n');
  await room.commits.commit(alice, id, { message: 'New', paths: ['a.txt'] }).catch(() => null);
  expect(await lines(bob, 'a.txt')).toEqual(committed);
});

test('DOC9: a push from outside shows its author, and who deleted lines is told between them', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\ntwo\nthree\nfour\n' } }, { onForge: true });
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => text.replace('two\n', ''));
  const clone = room.git.clone();
  writeFileSync(join(clone, 'a.txt'), 'one\ntwo\nthree\nfour\nfive\n');
  room.git.commitAll(clone, 'from outside');
  await room.sync.look(id);
  expect(await lines(bob, 'a.txt')).toEqual([
    'Test start nothing',
    'Test start nothing',
    'Test start nothing',
    'Test from outside branch.merged',
    '',
  ]);
  const { removals, writings } = await room.authorship.lines(bob, id, 'a.txt');
  expect(removals.map(({ after, count, writing }) => [after, count, writings[writing!]!.actor.name])).toEqual(
    [[1, 1, 'Alice']],
  );
});

test('DOC9: what somebody deleted and somebody else brought back stays its author’s', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } }, { onForge: true });
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => `${text}hers\nand hers\n`);
  const { undo } = await room.discards.discard(bob, id, 'a.txt');
  await room.undos.undo(bob, id, 'a.txt', undo);
  expect((await lines(bob, 'a.txt')).map((each) => each.split(' ')[0])).toEqual([
    'Test',
    'Alice',
    'Alice',
    '',
  ]);
  expect((await room.commits.preview(bob, id, ['a.txt'])).coAuthors.map(({ name }) => name)).toEqual([
    'Alice',
  ]);
});

test('DOC9: a line that came with a push leads to it, and shows who pushed where it is in no commit any more', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } }, { onForge: true });
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => `${text}hers\n`);
  const clone = room.git.clone();
  writeFileSync(join(clone, 'a.txt'), 'pushed\none\n');
  room.git.commitAll(clone, 'first');
  writeFileSync(join(clone, 'a.txt'), 'pushed\nand more\none\n');
  const headSha = room.git.commitAll(clone, 'second');
  await room.sync.look(id, { pusher: { name: 'Carol' }, headSha });
  const [merged] = await room.events.before(id, undefined, 1);
  expect(merged).toMatchObject({ type: 'branch.merged', payload: { pusher: 'Carol', commits: 2 } });
  // While they are in it, each leads to the push that brought its commit, which the first is not the head of.
  expect(await lines(bob, 'a.txt')).toEqual([
    'Test first branch.merged',
    'Test second branch.merged',
    'Test start nothing',
    'Alice now file.edited',
    '',
  ]);
  unlinkSync(join(clone, 'a.txt'));
  room.git.commitAll(clone, 'away with it');
  await room.sync.look(id);
  expect((await lines(bob, 'a.txt')).filter((_, at) => at !== 2)).toEqual([
    'Carol now branch.merged',
    'Carol now branch.merged',
    'Alice now file.edited',
    '',
  ]);
});

test('GIT6: of many pushes those before the one that brought a line are not asked about', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\ntwo\n' } }, { onForge: true });
  const { alice, id, git, forge } = room;
  const clone = git.clone();
  for (let push = 0; push < 7; push++) {
    for (const text of [`one ${push}\nbefore ${push}\n`, `one ${push}\ntwo ${push}\n`]) {
      writeFileSync(join(clone, 'a.txt'), text);
      git.commitAll(clone, text.split('\n').join(' '));
    }
    await room.sync.look(id);
  }
  const asked = () => forge?.answers.get('GET compare 200') ?? 0;
  const before = asked();
  expect(await lines(alice, 'a.txt')).toEqual([
    'Test one 6 before 6 branch.merged',
    'Test one 6 two 6 branch.merged',
    '',
  ]);
  expect(asked() - before).toBe(5);
});

test('DOC9: what is accepted of a conflict is its pusher’s, not whoever accepted it', async () => {
  const between = '2\n3\n4\n5\n6\n7\n8\n';
  room = await createTestRoom({ 'a.txt': { bytes: `one\n${between}last\n` } }, { onForge: true });
  const { alice, bob, id } = room;
  await room.edit(alice, 'a.txt', (text) => text.replace('one', 'hers').replace('last', 'hers too'));
  const clone = room.git.clone();
  writeFileSync(join(clone, 'a.txt'), `theirs\n${between}theirs too\nand more\n`);
  room.git.commitAll(clone, 'from outside');
  await room.sync.look(id);
  for (const { id: conflict, currentText } of await room.conflicts.list(bob, id))
    await room.resolving.resolve(bob, id, conflict, currentText === 'hers\n' ? 'both' : 'incoming');
  const accepted = [
    'Alice now file.edited',
    'Test from outside branch.merged',
    ...Array.from({ length: 7 }, () => 'Test start nothing'),
    'Test from outside branch.merged',
    'Test from outside branch.merged',
    '',
  ];
  await expect.poll(() => lines(bob, 'a.txt')).toEqual(accepted);
  expect((await room.commits.preview(bob, id, ['a.txt'])).coAuthors.map(({ name }) => name)).toEqual([
    'Alice',
  ]);
  await room.commits.commit(bob, id, { message: 'Decided', paths: ['a.txt'] });
  expect(await lines(bob, 'a.txt')).toEqual(['Alice Decided commit.created', ...accepted.slice(1)]);
});

test('SEC1: who may not read the repository is told nothing of its lines', async () => {
  room = await createTestRoom({ 'a.txt': { bytes: 'one\n' } }, { onForge: true });
  const stranger = { ...room.bob, id: '00000000-0000-4000-8000-000000000000' };
  await expect(room.authorship.lines(stranger, room.id, 'a.txt')).rejects.toMatchObject({
    code: 'not-found',
  });
});
