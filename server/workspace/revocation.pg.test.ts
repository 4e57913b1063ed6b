import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { LiveDocument } from '../../client/lib/room/live-document.js';
import type { Room } from '../../client/lib/room/room.js';
import type { UnsentFile } from '../../client/lib/room/unsent-text.js';
import { DocumentStage } from '../document/testing/document-stage.js';
import { OWNER, REPO } from '../testing/perch-server.js';

let stage: DocumentStage;
beforeAll(async () => {
  stage = await DocumentStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

/** Somebody who types words of his own, each once, at the end of what he sees. */
class Typist {
  readonly room: Room;
  readonly document: LiveDocument;
  readonly typed: string[] = [];
  readonly givenUp: UnsentFile[] = [];
  #stopped = false;
  #typing: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    cookie: string,
    path: string,
  ) {
    this.room = stage.openRoom(cookie);
    this.room.subscribe('givenUp', (files) => this.givenUp.push(...files));
    this.document = this.room.openDocument(path);
  }

  get words(): string[] {
    return this.document.text.toString().split(/\s+/);
  }

  /** His own words among those that he was given back. */
  get givenBack(): string {
    return this.givenUp.flatMap((file) => file.passages.map((passage) => passage.text)).join('');
  }

  start(): void {
    this.#stopped = false;
    this.#typing = this.#type();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#typing;
  }

  async #type(): Promise<void> {
    while (!this.#stopped && this.room.state.kind !== 'closed') {
      const { state, text } = this.document;
      if (state.kind === 'live' && state.writable) {
        const word = `${this.name}${this.typed.length}.`;
        this.typed.push(word);
        text.insert(text.length, ` ${word}`);
      }
      await turn();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

const live = (typist: Typist, writable = true) =>
  vi.waitFor(
    () => expect(typist.document.state).toMatchObject({ kind: 'live', writable, save: 'saved' }),
    10_000,
  );

/** Until he has typed so many more. */
const more = (typist: Typist, count: number) => {
  const goal = typist.typed.length + count;
  return vi.waitFor(() => expect(typist.typed.length).toBeGreaterThan(goal), 10_000);
};

async function typists(path: string): Promise<{ all: Typist[]; last: string; lastId: string }> {
  const last = await stage.perch.invite(stage.alice, 'write', 'Carol');
  const all = [
    new Typist('a', stage.alice, path),
    new Typist('b', stage.bob, path),
    new Typist('c', last, path),
  ];
  await Promise.all(all.map((each) => live(each)));
  for (const each of all) each.start();
  await Promise.all(all.map((each) => more(each, 20)));
  return { all, last, lastId: (await stage.accountOf(last)).id };
}

const setRole = async (id: string, role: 'read' | 'write') => {
  await stage.database.query('UPDATE repository_members SET role = $2 WHERE user_id = $1', [id, role]);
  await stage.database.query(`SELECT pg_notify('perch_access', 'members')`);
};

test('SEC1 whoever opens what is not there beside what is loses both with the right', async () => {
  const path = await stage.makeFile('start');
  const documentId = await stage.documentAt(path);
  const cookie = await stage.perch.invite(stage.alice, 'write', 'Dora');
  const tab = await stage.connect(cookie);
  const closed = new Promise((resolve) => tab.socket.once('workspace:closed', resolve));
  // The one that is there is still opening when the other is refused.
  await stage.database.query('BEGIN');
  await stage.database.query('SELECT 1 FROM documents WHERE id = $1 FOR UPDATE', [documentId]);
  const opening = tab.join(stage.workspaceId, path);
  const refused = await tab.join(stage.workspaceId, 'never-there.txt');
  await stage.database.query('COMMIT');
  expect([refused.ok, (await opening).ok]).toEqual([false, true]);
  await stage.perch.ask(stage.alice, 'DELETE /api/members/:id', {
    params: { id: (await stage.accountOf(cookie)).id },
    query: { owner: OWNER, repo: REPO },
  });
  expect(await closed).toMatchObject({ workspaceId: stage.workspaceId, reason: 'withdrawn' });
});

test('SEC1 a right is withdrawn while three people type: nothing is lost, each is told', async () => {
  const path = await stage.makeFile('start');
  const { all, last, lastId } = await typists(path);
  const [alice, bob, carol] = all as [Typist, Typist, Typist];
  await stage.perch.ask(stage.alice, 'DELETE /api/members/:id', {
    params: { id: lastId },
    query: { owner: OWNER, repo: REPO },
  });
  await vi.waitFor(
    () => expect(carol.room.state).toMatchObject({ kind: 'closed', reason: 'withdrawn' }),
    10_000,
  );
  expect(carol.room.isUnsaved).toBe(false);
  await more(alice, 20);
  await Promise.all(all.map((each) => each.stop()));
  await Promise.all([live(alice), live(bob)]);
  const shown = (await stage.shownNow(path)).split(/\s+/);
  expect(alice.words.toSorted()).toEqual(shown.toSorted());
  await vi.waitFor(() => expect(bob.words).toEqual(alice.words), 10_000);
  for (const each of [alice, bob]) expect(each.typed.filter((word) => !shown.includes(word))).toEqual([]);
  // What did not get in before the door closed is hers, and nobody else's words are among it.
  const back = carol.givenBack.split(/\s+/).filter((word) => word !== '');
  expect(carol.typed.filter((word) => !shown.includes(word) && !back.includes(word))).toEqual([]);
  expect(back.filter((word) => !carol.typed.includes(word))).toEqual([]);
  // The others see that she has gone.
  await vi.waitFor(
    () => expect([...alice.room.present.values()].map((each) => each.person.id)).not.toContain(lastId),
    10_000,
  );
  const again = await stage.perch.ask(last, 'GET /api/workspaces/:id/files', {
    params: { id: stage.workspaceId },
  });
  expect(again.status).toBe(404);
});

test('SEC1 a right that is lowered makes the text read-only where one is, raised it is written in again, without coming anew', async () => {
  const path = await stage.makeFile('start');
  const { all, lastId } = await typists(path);
  const [alice, , carol] = all as [Typist, Typist, Typist];
  await setRole(lastId, 'read');
  await vi.waitFor(() => expect(carol.room.state).toMatchObject({ kind: 'joined', role: 'read' }), 10_000);
  await live(carol, false);
  await more(alice, 20);
  await Promise.all(all.map((each) => each.stop()));
  await live(alice);
  await vi.waitFor(() => expect(carol.words).toEqual(alice.words), 10_000);
  const shown = alice.words;
  const back = carol.givenBack.split(/\s+/).filter((word) => word !== '');
  expect(carol.typed.filter((word) => !shown.includes(word) && !back.includes(word))).toEqual([]);
  expect(back.filter((word) => !carol.typed.includes(word))).toEqual([]);

  await setRole(lastId, 'write');
  await live(carol, true);
  carol.document.text.insert(0, 'again ');
  await live(carol, true);
  expect(await stage.shownNow(path)).toMatch(/^again /);
});

test('SEC1 what was typed without a connection, and may not be sent any more, is given back', async () => {
  const path = await stage.makeFile('one\ntwo\nthree\n');
  const carol = new Typist('c', await stage.perch.invite(stage.alice, 'write', 'Carol'), path);
  await live(carol);
  const id = [...carol.room.present.values()].find((each) => each.person.name === 'Carol')!.person.id;
  carol.room.socket.disconnect();
  carol.document.text.insert('one\n'.length, 'mine\n');
  carol.document.text.insert(carol.document.text.length, 'and mine');
  await setRole(id, 'read');
  carol.room.socket.connect();
  await live(carol, false);
  expect(carol.givenUp).toEqual([
    {
      path,
      passages: [
        { line: 2, text: 'mine\n' },
        { line: 5, text: 'and mine' },
      ],
    },
  ]);
  expect(carol.document.text.toString()).toBe('one\ntwo\nthree\n');
});
