/**
 * HIS1 A file as it was after an event is what whoever was there saw then, whatever it is called now.
 * HIS2 The timeline tells who typed what, and pages of it are of what was asked for.
 * HIS3 Restoring is an edit of the live text: nothing that is typed meanwhile is lost, and it is undone like one.
 */
import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { seededRandom } from '../../e2e/seeded-random.js';
import { BranchStage, live, PATH, STORY, type Person } from '../branch-sync/testing/branch-stage.js';
import type { FileMoment, FileReverted, timelinePage } from '../protocol/history.js';
import type { HttpRoute } from '../protocol/http-routes.js';
import type { z } from 'zod';
import { PlayedRoom } from './testing/played-room.js';
import { SOON } from '../testing/soon.js';

const SEED = Number(process.env.PERCH_TEST_SEED ?? randomInt(0, 2 ** 31));
const STEPS = process.env.PERCH_TEST_LONG ? 120 : 24;

let stage: BranchStage;
beforeAll(async () => {
  stage = await BranchStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

type Page = z.infer<typeof timelinePage>;
type Who = keyof BranchStage['cookies'];

async function ask<Reply>(
  who: Who,
  route: HttpRoute,
  id: string,
  options: { query?: Record<string, string>; body?: unknown } = {},
): Promise<{ status: number; body: Reply }> {
  const { status, body } = await stage.perch.ask(stage.cookies[who], route, { ...options, params: { id } });
  return { status, body: body as Reply };
}

async function timeline(id: string, query: Record<string, string> = {}): Promise<Page> {
  const { status, body } = await ask<Page>('Bob', 'GET /api/workspaces/:id/timeline', id, { query });
  expect(status).toBe(200);
  return body;
}

async function told(id: string, query: Record<string, string> = {}): Promise<string[]> {
  const { events } = await timeline(id, query);
  return events.toReversed().map(({ type, actor }) => `${actor.name} ${type}`);
}

async function at(id: string, path: string, seq: number): Promise<FileMoment> {
  const query = { path, seq: String(seq) };
  const { status, body } = await ask<FileMoment>('Bob', 'GET /api/workspaces/:id/history', id, { query });
  expect([status, body]).toEqual([200, expect.anything()]);
  return body;
}

const revert = (who: Who, id: string, path: string, seq: number) =>
  ask<FileReverted & { code?: string }>(who, 'POST /api/workspaces/:id/history/revert', id, {
    body: { path, seq },
  });

/** The number of the last event of a type. */
async function seqOf(id: string, type: string): Promise<number> {
  const find = async () => (await timeline(id)).events.find((event) => event.type === type);
  await vi.waitFor(async () => expect(await find()).toBeDefined(), SOON);
  return (await find())!.seq;
}

test(`HIS1 by chance, every file after every event is what the second of two saw (seed ${SEED})`, async () => {
  const played = await PlayedRoom.start(stage, ['a.txt', 'b.txt', 'c.txt'], seededRandom(SEED));
  try {
    while (played.steps.length < STEPS) await played.play();
    const wrong: unknown[] = [];
    for (const { what, events } of played.steps)
      for (const event of events)
        for (const [file, path] of played.lastPaths) {
          const query = { path, seq: String(event.seq) };
          const { body } = await played.ask('Bob', 'GET /api/workspaces/:id/history', { query });
          const moment = body as FileMoment;
          const found = moment.kind === 'text' ? moment.text : moment.kind === 'absent' ? null : body;
          const expected = played.expected(file, event) ?? null;
          if (found !== expected)
            wrong.push({ what, type: event.type, seq: event.seq, file, path, found, expected });
        }
    expect(wrong, `seed ${SEED}: ${played.steps.map(({ what }) => what).join(', ')}`).toEqual([]);
  } finally {
    played.stop();
  }
}, 240_000);

test('HIS1 a file is followed through its names; where there was none, and what nobody knows, is said', async () => {
  const { id } = await stage.branch();
  const alice = await stage.enter(id, 'Alice');
  await alice.type();
  const opened = await seqOf(id, 'workspace.opened');
  const edited = await seqOf(id, 'file.edited');
  await ask('Alice', 'POST /api/workspaces/:id/files/move', id, {
    body: { from: PATH, to: 'tales/new.txt' },
  });
  await ask('Alice', 'POST /api/workspaces/:id/files/move', id, { body: { from: 'tales', to: 'stories' } });
  await ask('Alice', 'POST /api/workspaces/:id/files/delete', id, { body: { path: 'stories' } });
  const moved = await seqOf(id, 'file.moved');
  const deleted = await seqOf(id, 'file.deleted');
  expect(await at(id, 'stories/new.txt', opened)).toEqual({ kind: 'text', path: PATH, text: STORY });
  expect(await at(id, 'stories/new.txt', edited)).toEqual({ kind: 'text', path: PATH, text: alice.text });
  expect(await at(id, 'stories/new.txt', moved)).toMatchObject({ kind: 'text', path: 'stories/new.txt' });
  expect(await at(id, 'stories/new.txt', deleted)).toEqual({ kind: 'absent', was: 'deleted' });
  expect(await told(id, { path: 'stories/new.txt', kinds: 'files,edits' })).toEqual([
    'Owner file.edited',
    'Owner file.moved',
    'Owner file.moved',
    'Owner file.deleted',
  ]);
  // Another file at the old path, and nothing before it.
  await ask('Bob', 'POST /api/workspaces/:id/files', id, { body: { path: 'late.txt', text: 'late\n' } });
  expect(await at(id, 'late.txt', edited)).toEqual({ kind: 'absent', was: 'not-yet' });
  const unknown = [
    { path: 'never.txt', seq: String(edited) },
    { path: PATH, seq: '100000' },
  ];
  for (const query of unknown)
    expect((await ask('Bob', 'GET /api/workspaces/:id/history', id, { query })).status).toBe(404);
});

test('HIS1 a file made again at its path is another one; what was opened by nobody is as the base had it', async () => {
  const { id } = await stage.branch({ [PATH]: STORY, 'quiet.txt': 'quiet\n' });
  await stage.enter(id, 'Alice');
  const opened = await seqOf(id, 'workspace.opened');
  await ask('Alice', 'POST /api/workspaces/:id/files/delete', id, { body: { path: PATH } });
  const deleted = await seqOf(id, 'file.deleted');
  await ask('Alice', 'POST /api/workspaces/:id/files', id, { body: { path: PATH, text: 'another\n' } });
  await ask('Alice', 'POST /api/workspaces/:id/files/move', id, { body: { from: 'quiet.txt', to: 'q.txt' } });
  const moved = await seqOf(id, 'file.moved');
  expect(await at(id, PATH, opened)).toMatchObject({ text: STORY });
  expect(await at(id, PATH, deleted)).toEqual({ kind: 'absent', was: 'deleted' });
  expect(await at(id, PATH, moved)).toMatchObject({ text: 'another\n' });
  expect(await at(id, 'q.txt', moved)).toEqual({ kind: 'text', path: 'q.txt', text: 'quiet\n' });
  const room = await stage.enter(id, 'Bob');
  const quiet = room.room.openDocument('q.txt');
  await live(quiet);
  expect(await at(id, 'q.txt', opened)).toEqual({ kind: 'text', path: 'quiet.txt', text: 'quiet\n' });
});

test('HIS2 pages hold what was asked for and nothing twice, with who typed how much until when', async () => {
  const { id, name, head } = await stage.branch();
  const [alice, bob] = [await stage.enter(id, 'Alice'), await stage.enter(id, 'Bob')];
  await alice.type();
  await seqOf(id, 'file.edited');
  for (let key = 0; key < 5; key++) await bob.type();
  bob.document.text.delete(bob.text.indexOf('<B4>'), 4);
  await bob.document.whenSaved();
  await vi.waitFor(async () => expect(await told(id, { kinds: 'edits' })).toHaveLength(2), SOON);
  expect((await stage.tryCommit(id)).status).toBe(200);
  await alice.type();
  await vi.waitFor(async () => expect(await told(id, { kinds: 'edits' })).toHaveLength(3), SOON);
  const pushed = stage.commit(stage.git.git('rev-parse', name), {
    [PATH]: `${alice.text}\nfrom outside\n`.replace('Carol:', 'Mallory:'),
  });
  alice.document.text.insert(alice.text.indexOf('Carol:'), 'our ');
  await alice.document.whenSaved();
  stage.git.git('update-ref', `refs/heads/${name}`, pushed);
  await stage.open(name);
  await seqOf(id, 'conflict.found');
  expect(head).not.toBe(pushed);

  expect(await told(id, { kinds: 'commits,edits,conflicts' })).toEqual([
    'Owner file.edited',
    'Bob file.edited',
    'Owner commit.created',
    'Owner file.edited',
    expect.stringContaining('conflict.found'),
  ]);
  const { edits, events } = await timeline(id, { kinds: 'edits' });
  const of = (index: number) => edits.find(({ seq }) => seq === events.toReversed()[index]!.seq)!;
  // `<A0>`; five marks of Bob's less one; after the commit `<A1>` and `our `.
  expect([of(0), of(1), of(2)].map(({ inserted, deleted }) => [inserted, deleted])).toEqual([
    [4, 0],
    [20, 4],
    [8, 0],
  ]);
  expect(Date.parse(of(1).until)).toBeGreaterThan(Date.parse(events.at(-2)!.createdAt));

  const everybody = await timeline(id, { kinds: 'people' });
  const bobs = everybody.events.find(({ actor }) => actor.name === 'Bob')!.actor as { id: string };
  expect(new Set((await told(id, { person: bobs.id })).map((each) => each.split(' ')[0]))).toEqual(
    new Set(['Bob']),
  );
  expect(await told(id, { path: PATH, kinds: 'pushes' })).toEqual([expect.stringContaining('branch.merged')]);
  expect(await told(id, { path: 'README.md' })).toEqual(['Owner workspace.opened']);
  const all = (await timeline(id, { limit: '500' })).events.map(({ seq }) => seq);
  const paged: number[] = [];
  for (let before = ''; ;) {
    const { events: page } = await timeline(id, { limit: '3', ...(before && { before }) });
    if (page.length === 0) break;
    paged.push(...page.map(({ seq }) => seq));
    before = String(page.at(-1)!.seq);
  }
  expect(paged).toEqual(all);
  expect((await timeline(id, { after: String(all.at(-2)), kinds: 'edits' })).events.length).toBeLessThan(4);
  expect(
    (await ask('Bob', 'GET /api/workspaces/:id/timeline', id, { query: { kinds: 'weather' } })).status,
  ).toBe(400);
});

test('HIS3 a file goes back while three type in it: all they type is there, one is told, and it is undone', async () => {
  const { id } = await stage.branch();
  const people = await stage.everybody(id);
  const [alice] = people as [Person, Person, Person];
  const opened = await seqOf(id, 'workspace.opened');
  alice.document.text.insert(0, 'a long line that goes again\n');
  await alice.document.whenSaved();
  await seqOf(id, 'file.edited');
  for (const person of people) person.startTyping();
  await vi.waitFor(() => people.forEach(({ typed }) => expect(typed.length).toBeGreaterThan(5)), SOON);
  const known = people.flatMap(({ typed }) => typed);
  const { status, body } = await revert('Bob', id, PATH, opened);
  expect([status, body.outcome, body.path]).toEqual([200, 'reverted', PATH]);
  const typed = () => people.map((person) => person.typed.length);
  const then = typed();
  await vi.waitFor(
    () => typed().forEach((count, index) => expect(count).toBeGreaterThan(then[index]! + 5)),
    SOON,
  );
  for (const person of people) await person.stopTyping();
  await vi.waitFor(() => people.forEach(({ text }) => expect(text).toBe(alice.text)), SOON);
  const after = people.flatMap((person, index) => person.typed.slice(then[index]! + 1));
  expect(after.filter((mark) => !alice.text.includes(mark))).toEqual([]);
  expect(alice.text).not.toContain('a long line');
  expect(known.length).toBeGreaterThan(15);
  const event = (await timeline(id, { kinds: 'files' })).events[0]!;
  expect(event).toMatchObject({ type: 'file.reverted', payload: { path: PATH, seq: opened } });
  const undone = await ask('Bob', 'POST /api/workspaces/:id/files/undo', id, {
    body: { path: PATH, undo: body.undo },
  });
  expect([200, 409]).toContain(undone.status);
});

test('HIS3 as it was then, to the letter; undone by what it answers; once it says so nothing is changed', async () => {
  const { id } = await stage.branch();
  const alice = await stage.enter(id, 'Alice');
  const opened = await seqOf(id, 'workspace.opened');
  await alice.type();
  const typed = alice.text;
  const edited = await seqOf(id, 'file.edited');
  const reverted = await revert('Bob', id, PATH, opened);
  await vi.waitFor(() => expect(alice.text).toBe(STORY), SOON);
  expect(await at(id, PATH, edited)).toMatchObject({ text: typed });
  expect(await at(id, PATH, await seqOf(id, 'file.reverted'))).toMatchObject({ text: STORY });
  expect((await revert('Bob', id, PATH, opened)).body).toEqual({ outcome: 'same', path: PATH, undo: null });
  await ask('Bob', 'POST /api/workspaces/:id/files/undo', id, {
    body: { path: PATH, undo: reverted.body.undo },
  });
  await vi.waitFor(() => expect(alice.text).toBe(typed), SOON);
});

test('HIS3 a deleted file is there again, opened before or not, and its commit is none', async () => {
  const { id } = await stage.branch({ [PATH]: STORY, 'quiet.txt': 'quiet\n' });
  const alice = await stage.enter(id, 'Alice');
  const opened = await seqOf(id, 'workspace.opened');
  for (const path of [PATH, 'quiet.txt'])
    await ask('Alice', 'POST /api/workspaces/:id/files/delete', id, { body: { path } });
  await vi.waitFor(() => expect(alice.document.state.kind).toBe('refused'), SOON);
  for (const path of [PATH, 'quiet.txt'])
    expect((await revert('Bob', id, path, opened)).body.outcome).toBe('recreated');
  await live(alice.document);
  expect(alice.text).toBe(STORY);
  expect((await ask('Bob', 'GET /api/workspaces/:id/changes', id)).body).toEqual([]);
  const before = await seqOf(id, 'file.deleted');
  expect((await revert('Bob', id, 'quiet.txt', before)).status).toBe(409);
});

test('SEC1 who watches looks at the past and changes nothing; a stranger is told of nothing', async () => {
  const { id } = await stage.branch();
  const reader = await stage.perch.invite(stage.cookies.Alice, 'read', 'Reader');
  const query = { path: PATH, seq: '1' };
  const as = (cookie: string | null, route: HttpRoute, options: object) =>
    stage.perch.ask(cookie, route, { params: { id }, ...options });
  expect((await as(reader, 'GET /api/workspaces/:id/history', { query })).status).toBe(200);
  expect((await as(reader, 'GET /api/workspaces/:id/timeline', {})).status).toBe(200);
  const body = { path: PATH, seq: 1 };
  expect((await as(reader, 'POST /api/workspaces/:id/history/revert', { body })).status).toBe(403);
  expect((await as(null, 'GET /api/workspaces/:id/history', { query })).status).toBe(401);
});
