import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { LiveDocument } from '../client/lib/room/live-document.js';
import { Room } from '../client/lib/room/room.js';
import type { CommitCreated } from '../server/protocol/commit.js';
import type { WorkspaceEvent } from '../server/protocol/event.js';
import type { BaseFile, FileChange } from '../server/protocol/file.js';
import { OWNER, REPO, startSurroundings, type TestSurroundings } from '../server/testing/perch-server.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';

const PATH = 'src/main.js';
const CUTS = 5;
const LETTERS = 40;
const WRITERS = 10;
const EVENTS_EACH = 15;
const SETTLE = { timeout: 60_000 };

/** Two servers on one database and one forge: alice is on one, bob on the other. */
describe('two processes', { timeout: 180_000 }, () => {
  let surroundings: TestSurroundings;
  let here: PerchProcess;
  let there: PerchProcess;
  let alice: PerchClient;
  let bob: PerchClient;
  let workspaceId: string;
  const rooms: Room[] = [];

  beforeAll(async () => {
    surroundings = await startSurroundings();
    const environment = {
      DATABASE_URL: surroundings.databaseUrl,
      GITHUB_API_URL: surroundings.github.apiUrl,
      GITHUB_TOKEN: surroundings.github.token,
      // Links and sessions that one makes hold at the other.
      PERCH_SECRET: randomUUID(),
    };
    here = await PerchProcess.start(environment);
    // Each start replaces the owner's link of the last.
    alice = await PerchClient.owner(here.link);
    there = await PerchProcess.start(environment);
    bob = (await alice.invite('Bob', 'write', OWNER, REPO)).at(there.url);
    workspaceId = await alice.openWorkspace('main', OWNER, REPO);
  });

  afterAll(async () => {
    for (const room of rooms) room.stop();
    await Promise.all([here?.stop(), there?.stop()]);
    await surroundings?.stop();
  });

  const pathOf = (rest: string) => `/api/workspaces/${workspaceId}/${rest}`;

  const changesFor = (person: PerchClient) =>
    person.call<FileChange[]>('GET /api/workspaces/:id/changes', pathOf('changes'));

  const baseFor = (person: PerchClient, path: string) =>
    person.call<BaseFile>('GET /api/workspaces/:id/base', pathOf(`base?path=${encodeURIComponent(path)}`));

  const commit = (person: PerchClient, ...paths: string[]) =>
    person.call<CommitCreated>('POST /api/workspaces/:id/commit', pathOf('commit'), {
      message: 'From there',
      paths,
    });

  const create = (person: PerchClient, path: string, text = '') =>
    person.call<null>('POST /api/workspaces/:id/files', pathOf('files'), { path, text });

  async function enter(person: PerchClient): Promise<Room> {
    const room = new Room({ url: person.url, workspaceId, headers: { cookie: person.cookie } });
    rooms.push(room);
    room.start();
    await expect.poll(() => room.state.kind, SETTLE).toBe('joined');
    return room;
  }

  /** The file, open on both sides. */
  async function openOnBoth(path: string): Promise<[LiveDocument, LiveDocument]> {
    const [one, other] = [await enter(alice), await enter(bob)];
    const documents: [LiveDocument, LiveDocument] = [one.openDocument(path), other.openDocument(path)];
    await expect.poll(() => documents.every(isSaved), SETTLE).toBe(true);
    return documents;
  }

  it('DOC2 DOC4 what both type into one line at once converges, and is stored', async () => {
    const [one, other] = await openOnBoth(PATH);
    const [first, ...rest] = one.text.toString().split('\n');
    await Promise.all([type(one, 'a'), type(other, 'b')]);
    await converged(one, other);
    const [typed, ...untouched] = one.text.toString().split('\n');
    expect(sorted(typed!)).toBe(sorted(first! + 'a'.repeat(LETTERS) + 'b'.repeat(LETTERS)));
    expect(untouched).toEqual(rest);
    const late = (await enter(bob)).openDocument(PATH);
    await expect.poll(() => isSaved(late), SETTLE).toBe(true);
    expect(late.text.toString()).toBe(one.text.toString());
  });

  it('DOC4 EVT1 while LISTEN is cut again and again, what is typed and told crosses all the same', async () => {
    const [one, other] = await openOnBoth('src/bird.js');
    const told: WorkspaceEvent[] = [];
    (await enter(bob)).subscribe('event', (event) => told.push(event));
    const database = new pg.Client({ connectionString: surroundings.databaseUrl });
    await database.connect();
    for (let cut = 0; cut < CUTS; cut++) {
      const { rowCount } = await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'perch-listen' AND datname = current_database()`,
      );
      expect(rowCount).toBeGreaterThan(0);
      one.text.insert(0, `here ${cut}\n`);
      other.text.insert(0, `there ${cut}\n`);
      await create(alice, `cut/${cut}.txt`);
      await converged(one, other);
      await expect.poll(() => createdIn(told), SETTLE).toContain(`cut/${cut}.txt`);
    }
    await database.end();
    const lines = other.text.toString().split('\n');
    for (let cut = 0; cut < CUTS; cut++)
      for (const name of ['here', 'there'])
        expect(lines.filter((line) => line === `${name} ${cut}`)).toHaveLength(1);
    expect(createdIn(told)).toHaveLength(CUTS);
  });

  it('PRS1 PRS3 a cursor here is seen there at the same letter, and its going too', async () => {
    const [one, other] = [await enter(alice), await enter(bob)];
    const documents = [one, other].map((room) => room.openDocument(PATH));
    await expect.poll(() => documents.every(isSaved), SETTLE).toBe(true);
    const connectionId = one.state.kind === 'joined' ? one.state.connectionId : '';
    const positionAt = (index: number) =>
      Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(documents[0]!.text, index));
    const indexOf = (bytes: Uint8Array) =>
      Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytes), documents[1]!.doc)?.index;
    one.movePresence({
      path: PATH,
      cursor: { path: PATH, anchor: positionAt(3), head: positionAt(9) },
      idle: false,
    });
    await expect.poll(() => other.present.get(connectionId)?.cursor?.path, SETTLE).toBe(PATH);
    const seen = other.present.get(connectionId)!;
    expect(seen.person.name).toBe('Owner');
    expect([indexOf(seen.cursor!.anchor), indexOf(seen.cursor!.head)]).toEqual([3, 9]);
    one.stop();
    await expect.poll(() => other.present.has(connectionId), SETTLE).toBe(false);
  });

  it('EVT1 a file made there is told here, and is among the files', async () => {
    const told: WorkspaceEvent[] = [];
    (await enter(alice)).subscribe('event', (event) => told.push(event));
    await create(bob, 'from-there.txt', 'made there\n');
    await expect.poll(() => createdIn(told), SETTLE).toEqual(['from-there.txt']);
    expect((await changesFor(alice)).map((change) => [change.path, change.status])).toContainEqual([
      'from-there.txt',
      'added',
    ]);
  });

  it('EVT1 GIT1 a commit made there is told here, and its base holds here', async () => {
    const told: WorkspaceEvent[] = [];
    const room = await enter(alice);
    room.subscribe('event', (event) => told.push(event));
    const document = room.openDocument(PATH);
    await expect.poll(() => isSaved(document), SETTLE).toBe(true);
    document.text.insert(0, '// written here, committed there\n');
    await expect.poll(() => isSaved(document), SETTLE).toBe(true);
    expect((await changesFor(alice)).map((change) => change.path)).toContain(PATH);
    const { sha } = await commit(bob, PATH);
    await expect
      .poll(
        () => told.flatMap((event) => (event.type === 'commit.created' ? [event.payload.sha] : [])),
        SETTLE,
      )
      .toEqual([sha]);
    expect(surroundings.git.git('rev-parse', 'main')).toBe(sha);
    expect(`${surroundings.git.git('show', `main:${PATH}`)}\n`).toBe(document.text.toString());
    expect(await baseFor(alice, PATH)).toMatchObject({ kind: 'text', text: document.text.toString() });
    expect((await changesFor(alice)).map((change) => change.path)).not.toContain(PATH);
  });

  it('EVT1 150 events of parallel writers arrive in order, with no gap and no duplicate', async () => {
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, async (_, index) => {
        const person = await alice.invite(`Writer ${index}`, 'write', OWNER, REPO);
        return person.at(index % 2 === 0 ? here.url : there.url);
      }),
    );
    const feeds = await Promise.all(
      [alice, bob].map(async (person) => {
        const events: WorkspaceEvent[] = [];
        (await enter(person)).subscribe('event', (event) => events.push(event));
        return events;
      }),
    );
    await Promise.all(
      writers.map(async (person, writer) => {
        for (let index = 0; index < EVENTS_EACH; index++)
          await create(person, `written/${writer}/${index}.txt`);
      }),
    );
    for (const events of feeds) {
      const written = () => createdIn(events).filter((path) => path.startsWith('written/'));
      await expect.poll(() => written().length, SETTLE).toBe(WRITERS * EVENTS_EACH);
      expect(new Set(written()).size).toBe(WRITERS * EVENTS_EACH);
      const first = events[0]!.seq;
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => first + index));
    }
  });
});

const isSaved = ({ state }: LiveDocument) =>
  state.kind === 'live' && state.save === 'saved' && state.writable;

/** Both show the same, and it is stored. */
async function converged(one: LiveDocument, other: LiveDocument): Promise<void> {
  await expect.poll(() => isSaved(one) && isSaved(other), SETTLE).toBe(true);
  await expect.poll(() => one.text.toString() === other.text.toString(), SETTLE).toBe(true);
}

const createdIn = (events: readonly WorkspaceEvent[]) =>
  events.flatMap((event) => (event.type === 'file.created' ? [event.payload.path] : []));

const sorted = (text: string) => [...text].sort().join('');

/** Types into the middle of the first line, whoever else does. */
async function type(document: LiveDocument, letter: string): Promise<void> {
  for (let count = 0; count < LETTERS; count++) {
    document.text.insert(Math.floor(document.text.toString().indexOf('\n') / 2), letter);
    // A hand's pace, not a wait for anything.
    await pause(5);
  }
}
