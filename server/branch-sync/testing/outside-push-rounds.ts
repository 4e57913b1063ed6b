import assert from 'node:assert/strict';
import pg from 'pg';
import * as Y from 'yjs';
import { vi } from 'vitest';
import { seededRandom } from '../../../e2e/seeded-random.js';
import type { Conflict, ConflictChoice } from '../../protocol/conflict.js';
import type { FileChange } from '../../protocol/file.js';
import {
  OWNER,
  PerchServer,
  REPO,
  startSurroundings,
  type TestSurroundings,
} from '../../testing/perch-server.js';
import { lostBy, MergeCheck } from './merge-check.js';
import { OutsideClone } from './outside-clone.js';
import { RoomPerson } from './room-person.js';
import { StoredHistory, textOf } from './stored-history.js';

const SETTLE = { timeout: 40_000, interval: 20 };
const CHOICES: ConflictChoice[] = ['current', 'incoming', 'both'];

type Known = { id: string; path: string; origin: string | null };

/**
 * Two people type, move and delete files while somebody else pushes. After
 * each push: every merged text is what `git merge-file --ours` makes of the
 * text at some moment, followed by what was typed later; whatever was typed
 * is there; whatever was pushed is there or beside an open conflict; and both
 * see what the database has.
 */
export class OutsidePushRounds {
  readonly counts = {
    rounds: 0,
    merges: 0,
    typedMeanwhile: 0,
    conflicts: 0,
    resolved: 0,
    commits: 0,
    refused: 0,
    typed: 0,
    onDevice: 0,
  };
  readonly #tokens = new Map<string, string>();

  private constructor(
    private readonly surroundings: TestSurroundings,
    private readonly perch: PerchServer,
    private readonly database: pg.Client,
    private readonly people: readonly RoomPerson[],
    private readonly workspaceId: string,
    private readonly outside: OutsideClone,
    private readonly history: StoredHistory,
    private readonly check: MergeCheck,
    private readonly random: () => number,
  ) {}

  static async start(seed: number): Promise<OutsidePushRounds> {
    const random = seededRandom(seed);
    const lines = (name: string, end = '\n') =>
      Array.from({ length: 24 }, (_, index) => `${name} line ${index}${end}`).join('');
    const surroundings = await startSurroundings({
      files: {
        'a.txt': { bytes: lines('a') },
        'b.txt': { bytes: lines('b') },
        'folder0/c.txt': { bytes: lines('c') },
        'folder0/crlf.txt': { bytes: lines('crlf', '\r\n') },
        'open.txt': { bytes: lines('open').slice(0, -1) },
        'alike.txt': { bytes: '}\n\n{\n'.repeat(8) },
        'image.bin': { bytes: Uint8Array.from([0, 1, 2]) },
      },
    });
    const perch = await PerchServer.start(surroundings);
    const database = new pg.Client({ connectionString: surroundings.databaseUrl });
    await database.connect();
    const alice = await perch.ownerCookie();
    const bob = await perch.invite(alice, 'write');
    const workspaceId = await perch.open(alice);
    const at = { url: perch.url, workspaceId };
    const people = [new RoomPerson('a', alice, at, random), new RoomPerson('b', bob, at, random)];
    const outside = new OutsideClone(surroundings.git.clone(), random);
    const history = new StoredHistory(database, workspaceId);
    return new OutsidePushRounds(
      surroundings,
      perch,
      database,
      people,
      workspaceId,
      outside,
      history,
      new MergeCheck(surroundings.git.folder, outside),
      random,
    );
  }

  async stop(): Promise<void> {
    for (const { room } of this.people) room.stop();
    await this.database.end();
    await this.perch.stop();
    await this.surroundings.stop();
  }

  async play(round: number): Promise<void> {
    try {
      await this.#play();
    } catch (error) {
      throw new Error(`round ${round} of outside pushes`, { cause: error });
    }
  }

  async #play(): Promise<void> {
    this.counts.rounds++;
    await this.#openAll();
    for (let edit = 0; edit < 2 + this.random() * 6; edit++) this.#someone().type();
    if (this.random() < 0.3) await this.#changeTree();
    if (this.random() < 0.5) await this.#saved();
    const before = await this.history.baseCommit();
    const known = await this.#alive();
    const { head, written } = this.outside.push();
    const isCommit = this.random() < 0.25;
    const trigger = isCommit ? this.#commit() : this.#look();
    let isOver = false;
    const over = trigger.then(
      () => void (isOver = true),
      () => void (isOver = true),
    );
    for (let edits = 0; edits < 8 && !isOver; edits++) {
      for (const person of this.people) person.type();
      await Promise.race([
        over,
        Promise.all(this.people.map((person) => person.room.whenSaved(40_000))),
      ]).catch(() => over);
    }
    await trigger;
    await vi.waitFor(() => {
      for (const person of this.people) assert.ok(person.merged.has(head), 'the push is not heard of');
    }, SETTLE);
    await this.#saved();
    await this.#verify(known, before, head, written, isCommit);
    await this.#openAll();
    await this.#converged();
    await this.#resolve();
    if (this.random() < 0.2) await this.#commit();
    await this.#converged();
  }

  /** Opening the room looks at its branch. */
  async #look(): Promise<void> {
    const body = { owner: OWNER, repo: REPO, branch: 'main' };
    const answer = await this.#ask(this.people[0]!.cookie, 'POST /api/workspaces', { body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
  }

  /** Git runs in this very process' time: a connection that was idle meanwhile may just be closing. */
  async #ask(...asked: Parameters<PerchServer['ask']>): ReturnType<PerchServer['ask']> {
    try {
      return await this.perch.ask(...asked);
    } catch (error) {
      if (error instanceof TypeError) return this.perch.ask(...asked);
      throw error;
    }
  }

  #someone(): RoomPerson {
    return this.people[Math.floor(this.random() * this.people.length)]!;
  }

  async #alive(): Promise<Known[]> {
    return (await this.history.documents()).filter(({ isDeleted }) => !isDeleted);
  }

  async #openAll(): Promise<void> {
    const { git } = this.surroundings;
    const listed = git.git('ls-tree', '-r', '--name-only', await this.history.baseCommit());
    const rows = await this.#rows();
    const base = new Set(listed.split('\n'));
    for (const { path, kind, from_path: from } of rows) {
      if (kind === 'deleted') base.delete(path);
      if (from !== null) base.delete(from);
    }
    for (const { path, kind } of rows) if (kind !== 'deleted') base.add(path);
    const paths = [...base].filter((path) => path.endsWith('.txt')).toSorted();
    await vi.waitFor(() => {
      for (const person of this.people) {
        person.open(paths);
        assert.deepEqual(
          person.documents
            .filter(({ state }) => state.kind !== 'live')
            .map(
              ({ path, state }) => `${path}: ${state.kind}, ${person.refusals.get(path) ?? 'never refused'}`,
            ),
          [],
        );
      }
    }, SETTLE);
  }

  async #rows(): Promise<{ path: string; kind: string; from_path: string | null }[]> {
    const { rows } = await this.database.query<{ path: string; kind: string; from_path: string | null }>(
      'SELECT path, kind, from_path FROM workspace_files WHERE workspace_id = $1',
      [this.workspaceId],
    );
    return rows;
  }

  /** Somebody moves, deletes or makes a file. */
  async #changeTree(): Promise<void> {
    await this.#saved();
    const person = this.#someone();
    const params = { id: this.workspaceId };
    const alive = await this.#alive();
    const document = alive[Math.floor(this.random() * alive.length)];
    const name = `ours${this.counts.rounds}`;
    const kind = this.random();
    const post = (route: Parameters<PerchServer['ask']>[1], body: unknown) =>
      this.#ask(person.cookie, route, { params, body });
    if (!document || kind < 0.35)
      await post('POST /api/workspaces/:id/files', { path: `${name}.txt`, text: `${name}\n`.repeat(9) });
    else if (kind < 0.8 || alive.length < 4)
      await post('POST /api/workspaces/:id/files/move', { from: document.path, to: `moved/${name}.txt` });
    else {
      await post('POST /api/workspaces/:id/files/delete', { path: document.path });
      this.#forget(document.id);
    }
  }

  /** What was typed there is no longer to be found. */
  #forget(documentId: string, among?: string): void {
    for (const [token, id] of this.#tokens)
      if (id === documentId && (among === undefined || among.includes(token))) this.#tokens.delete(token);
  }

  /** Everything typed is in the database, or was refused with its file, and is then kept on the device. */
  async #saved(): Promise<void> {
    await vi.waitFor(async () => {
      assert.ok(
        this.people.every((person) => person.isSaved),
        'not all is saved',
      );
      const byPath = new Map((await this.#alive()).map(({ id, path }) => [path, id]));
      for (const person of this.people)
        for (const [token, document] of person.typed) {
          const id = byPath.get(document.path);
          if (document.state.kind === 'live' && id === undefined)
            throw new Error(`${token} is in ${document.path}, which is not heard of to be gone yet`);
          person.typed.delete(token);
          if (document.state.kind !== 'live' || id === undefined) this.counts.onDevice++;
          else {
            this.#tokens.set(token, id);
            this.counts.typed++;
          }
        }
    }, SETTLE);
  }

  async #converged(): Promise<void> {
    await this.#saved();
    await vi.waitFor(async () => {
      for (const { id, path } of await this.#alive()) {
        const stored = await this.history.text(id);
        for (const person of this.people) {
          const document = person.at(path);
          if (document?.state.kind === 'live') assert.equal(`${document.text}`, stored, path);
        }
      }
    }, SETTLE);
  }

  async #verify(
    known: readonly Known[],
    before: string,
    head: string,
    written: readonly { token: string; path: string }[],
    isCommitted: boolean,
  ): Promise<void> {
    const now = new Map((await this.history.documents()).map((each) => [each.id, each]));
    const conflicts = await this.#conflicts();
    const texts = new Map<string, string>();
    for (const { id, origin } of known) {
      const rows = await this.history.rows(id);
      texts.set(id, textOf(rows));
      const after = now.get(id)!;
      if (origin === null) continue;
      if (after.isDeleted) {
        assert.equal(texts.get(id), this.check.text(before, origin), `${after.path} went with its file`);
        this.#forget(id);
      } else if (after.origin !== null) {
        const merged = this.check.verify(rows, before, origin, head, after.origin, isCommitted);
        if (merged !== null) this.counts.merges++;
        if (merged === 'typed meanwhile') this.counts.typedMeanwhile++;
      }
    }
    for (const [token, id] of this.#tokens) {
      const text = texts.get(id) ?? (await this.history.text(id));
      if (text.includes(token)) continue;
      const origin = known.find((each) => each.id === id)?.origin ?? null;
      // What had been committed may be taken away there.
      if (origin !== null && this.check.text(before, origin)?.includes(token)) this.#tokens.delete(token);
      else throw new Error(`${token} is lost: ${lostBy(await this.history.rows(id), token)}`);
    }
    if (isCommitted) return;
    for (const { token, path } of written) {
      const document = [...now.values()].find((each) => !each.isDeleted && each.origin === path);
      const beside = conflicts.filter(
        (each) => each.incomingPath === path || (document && each.documentId === document.id),
      );
      const told = [document && texts.get(document.id), ...beside.map((each) => each.incomingText)];
      if (document || beside.length > 0)
        assert.ok(told.join('\n').includes(token), `${token}, pushed to ${path}, is lost`);
    }
  }

  async #conflicts(): Promise<Conflict[]> {
    const params = { id: this.workspaceId };
    const { body } = await this.#ask(this.people[1]!.cookie, 'GET /api/workspaces/:id/conflicts', {
      params,
    });
    return body as Conflict[];
  }

  /** Most conflicts are decided, some are left for the next push to come upon. */
  async #resolve(): Promise<void> {
    for (const found of await this.#conflicts()) {
      this.counts.conflicts++;
      if (this.random() < 0.2) continue;
      const choice = CHOICES[Math.floor(this.random() * 3)]!;
      const within = this.#within(found);
      const person = this.#someone();
      const answer = await this.#ask(
        person.cookie,
        'POST /api/workspaces/:id/conflicts/:conflictId/resolve',
        { params: { id: this.workspaceId, conflictId: found.id }, body: { choice } },
      );
      // One decision may settle another: two may lie in the same lines.
      if (answer.status === 410) continue;
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      this.counts.resolved++;
      if (found.documentId === null) continue;
      const text = await this.history.text(found.documentId);
      if (found.kind === 'text' && choice !== 'current')
        assert.ok(text.includes(found.incomingText ?? ''), 'what came in is not there');
      if (found.kind === 'text' && choice !== 'incoming')
        assert.ok(text.includes(within), 'ours is not there');
      if (choice === 'incoming') this.#forget(found.documentId, found.kind === 'text' ? within : undefined);
    }
    await this.#openAll();
  }

  /** What stands between a conflict's two positions, where a person sees them. */
  #within({ kind, path, start, end, currentText }: Conflict): string {
    if (kind !== 'text') return '';
    const document = this.people[0]!.at(path)!;
    const at = (position: string | null) =>
      Y.createAbsolutePositionFromRelativePosition(
        Y.decodeRelativePosition(Buffer.from(position!, 'base64')),
        document.doc,
      )!.index;
    const within = `${document.text}`.slice(at(start), at(end));
    for (const token of currentText?.match(/<[ab]\d+>/g) ?? [])
      assert.ok(within.includes(token), `${token} is not within the conflict in ${path}`);
    return within;
  }

  async #commit(): Promise<void> {
    const params = { id: this.workspaceId };
    const { cookie } = this.people[0]!;
    const { body } = await this.#ask(cookie, 'GET /api/workspaces/:id/changes', { params });
    const paths = (body as FileChange[]).map(({ path }) => path);
    if (paths.length === 0) return this.#look();
    const answer = await this.#ask(cookie, 'POST /api/workspaces/:id/commit', {
      params,
      body: { message: 'Ours', paths },
    });
    if (answer.status === 200) this.counts.commits++;
    else {
      this.counts.refused++;
      assert.ok([409, 422].includes(answer.status), JSON.stringify(answer.body));
      await this.#look();
    }
  }
}
