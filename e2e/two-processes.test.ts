import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { WorkspaceEvent } from '../server/protocol/event.js';
import { OWNER, REPO, startSurroundings, type TestSurroundings } from '../server/testing/perch-server.js';
import { Room } from '../client/lib/room/room.js';
import { PerchClient } from './perch-client.js';
import { PerchProcess } from './perch-process.js';

const PATH = 'src/main.js';
const WRITERS = 10;
const EVENTS_EACH = 50;
const SETTLE = { timeout: 20_000 };

/** Two servers on one database and one forge: alice is on one, bob on the other. */
describe('two processes', () => {
  let surroundings: TestSurroundings;
  let here: PerchProcess;
  let there: PerchProcess;
  let alice: PerchClient;
  let bob: PerchClient;
  let workspaceId: string;
  const rooms: Room[] = [];

  beforeAll(async () => {
    surroundings = await startSurroundings();
    const { databaseUrl, github } = surroundings;
    const environment = {
      DATABASE_URL: databaseUrl,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_TOKEN: github.token,
    };
    here = await PerchProcess.start(environment);
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

  async function enter(person: PerchClient): Promise<Room> {
    const room = new Room({ url: person.url, workspaceId, headers: { cookie: person.cookie } });
    rooms.push(room);
    room.start();
    await expect.poll(() => room.state.kind, SETTLE).toBe('joined');
    return room;
  }

  it('DOC2 DOC4 typed on the same line at once, the text converges and is stored', async () => {
    const [one, other] = [await enter(alice), await enter(bob)];
    const documents = [one, other].map((room) => room.openDocument(PATH));
    const saved = () =>
      documents.every(({ state }) => state.kind === 'live' && state.save === 'saved' && state.writable);
    await expect.poll(saved, SETTLE).toBe(true);
    const before = documents[0]!.text.toString();
    for (let key = 0; key < 40; key++)
      for (const [index, document] of documents.entries())
        document.text.insert(Math.min(key, document.text.length), index === 0 ? 'a' : 'b');
    await expect.poll(saved, SETTLE).toBe(true);
    await expect.poll(() => new Set(documents.map((each) => each.text.toString())).size, SETTLE).toBe(1);
    const text = documents[0]!.text.toString();
    expect(text.length).toBe(before.length + 80);
    expect([...text].filter((letter) => letter === 'b').length).toBe(
      [...before].filter((letter) => letter === 'b').length + 40,
    );
    const late = (await enter(bob)).openDocument(PATH);
    await expect.poll(() => late.text.toString(), SETTLE).toBe(text);
  });

  it('DOC4 EVT1 while LISTEN is cut again and again, what is typed and told crosses all the same', async () => {
    const [one, other] = [await enter(alice), await enter(bob)];
    const documents = [one, other].map((room) => room.openDocument('src/bird.js'));
    const told: WorkspaceEvent[] = [];
    other.subscribe('event', (event) => told.push(event));
    const isSaved = () =>
      documents.every(({ state }) => state.kind === 'live' && state.save === 'saved' && state.writable);
    await expect.poll(isSaved, SETTLE).toBe(true);
    const database = new pg.Client({ connectionString: surroundings.databaseUrl });
    await database.connect();
    for (let round = 0; round < 5; round++) {
      const { rowCount } = await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'perch-listen' AND datname = current_database()`,
      );
      for (const [index, document] of documents.entries())
        document.text.insert(0, `${index === 0 ? 'here' : 'there'} ${round}\n`);
      await alice.call('POST /api/workspaces/:id/files', `/api/workspaces/${workspaceId}/files`, {
        path: `cut/${round}.txt`,
      });
      await expect.poll(isSaved, SETTLE).toBe(true);
      await expect.poll(() => new Set(documents.map((each) => each.text.toString())).size, SETTLE).toBe(1);
      await expect
        .poll(() => told.filter(({ type }) => type === 'file.created').length, SETTLE)
        .toBe(round + 1);
      expect(rowCount).toBeGreaterThan(0);
    }
    await database.end();
    const lines = documents[1]!.text.toString().split('\n');
    for (let round = 0; round < 5; round++)
      for (const name of ['here', 'there'])
        expect(lines.filter((line) => line === `${name} ${round}`)).toHaveLength(1);
  });

  it('PRS1 PRS3 a cursor here is seen there, and its going too', async () => {
    const [one, other] = [await enter(alice), await enter(bob)];
    const seen = () => {
      const { state } = one;
      return state.kind === 'joined' ? other.present.get(state.connectionId) : undefined;
    };
    const cursor = { path: PATH, anchor: Uint8Array.of(1, 2), head: Uint8Array.of(3) };
    one.movePresence({ path: PATH, cursor, idle: false });
    await expect.poll(() => seen()?.path, SETTLE).toBe(PATH);
    expect(new Uint8Array(seen()?.cursor?.anchor ?? [])).toEqual(cursor.anchor);
    expect(new Uint8Array(seen()?.cursor?.head ?? [])).toEqual(cursor.head);
    expect(seen()?.person.name).toBe('Owner');
    const wasHere = one.state.kind === 'joined' ? one.state.connectionId : '';
    one.stop();
    await expect.poll(() => other.present.has(wasHere), SETTLE).toBe(false);
  });

  it('EVT1 GIT1 a commit made there is told here, and its base holds here', async () => {
    const one = await enter(alice);
    const told: WorkspaceEvent[] = [];
    one.subscribe('event', (event) => told.push(event));
    await bob.call('POST /api/workspaces/:id/files', `/api/workspaces/${workspaceId}/files`, {
      path: 'from-there.txt',
      text: 'made there\n',
    });
    const { sha } = await bob.call<{ sha: string }>(
      'POST /api/workspaces/:id/commit',
      `/api/workspaces/${workspaceId}/commit`,
      { message: 'From there', paths: ['from-there.txt'] },
    );
    await expect.poll(() => told.map((event) => event.type), SETTLE).toContain('commit.created');
    const base = await alice.call<{ text: string }>(
      'GET /api/workspaces/:id/base',
      `/api/workspaces/${workspaceId}/base?path=from-there.txt`,
    );
    expect(base.text).toBe('made there\n');
    expect(surroundings.git.git('rev-parse', 'main')).toBe(sha);
  });

  it('EVT1 500 events of parallel writers arrive in order, with no gap and no duplicate', async () => {
    const people = await Promise.all(
      Array.from({ length: WRITERS }, async (_, index) => {
        const person = await alice.invite(`Writer ${index}`, 'write', OWNER, REPO);
        return person.at(index % 2 === 0 ? here.url : there.url);
      }),
    );
    const heard = await Promise.all(
      [alice, bob].map(async (person) => {
        const events: WorkspaceEvent[] = [];
        (await enter(person)).subscribe('event', (event) => events.push(event));
        return events;
      }),
    );
    await Promise.all(
      people.map(async (person, writer) => {
        for (let index = 0; index < EVENTS_EACH; index++)
          await person.call('POST /api/workspaces/:id/files', `/api/workspaces/${workspaceId}/files`, {
            path: `written/${writer}/${index}.txt`,
            text: '',
          });
      }),
    );
    for (const events of heard) {
      const created = () =>
        events.flatMap((event) =>
          event.type === 'file.created' && event.payload.path.startsWith('written/')
            ? [event.payload.path]
            : [],
        );
      await expect.poll(() => created().length, SETTLE).toBe(WRITERS * EVENTS_EACH);
      expect(new Set(created()).size).toBe(WRITERS * EVENTS_EACH);
      const first = events[0]!.seq;
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => first + index));
    }
  });
});
