import assert from 'node:assert/strict';
import { vi } from 'vitest';
import { Room } from '../../../client/lib/room/room.js';
import type { LiveDocument } from '../../../client/lib/room/live-document.js';
import { BranchStage, live } from '../../branch-sync/testing/branch-stage.js';
import type { WorkspaceEvent } from '../../protocol/event.js';
import type { HttpRoute } from '../../protocol/http-routes.js';
import { SOON } from '../../testing/soon.js';

const TEXT = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n';
const WORDS = ['bird', 'wind', 'seed', 'nest', 'owl'];
type Name = 'Alice' | 'Bob';
type AskOptions = Pick<NonNullable<Parameters<BranchStage['perch']['ask']>[2]>, 'query' | 'body'>;
/** What the second client saw of a file after a step; null where it was not there. */
type Seen = ReadonlyMap<string, string | null>;
type Step = { what: string; about: readonly string[]; events: WorkspaceEvent[]; before: Seen; after: Seen };

/**
 * Two people in a room of their own who do one thing after the other, by
 * chance, with pushes from outside; and what the second of them saw of every
 * file after each. Files keep the name here that they began with.
 */
export class PlayedRoom {
  readonly steps: Step[] = [];
  /** Where each file is now; null where it was deleted. */
  readonly paths = new Map<string, string | null>();
  /** Where it was last. */
  readonly lastPaths = new Map<string, string>();
  readonly #documents = { Alice: new Map<string, LiveDocument>(), Bob: new Map<string, LiveDocument>() };
  /** Whose typing into what has been told since the last commit. */
  readonly #told = new Set<string>();
  #seq = 0;
  #made = 0;
  #head: string;

  private constructor(
    private readonly stage: BranchStage,
    readonly branch: { name: string; head: string; id: string },
    private readonly rooms: Record<Name, Room>,
    private readonly random: () => number,
  ) {
    this.#head = branch.head;
  }

  static async start(
    stage: BranchStage,
    files: readonly string[],
    random: () => number,
  ): Promise<PlayedRoom> {
    const branch = await stage.branch(Object.fromEntries(files.map((path) => [path, `${path}\n${TEXT}`])));
    const room = (who: Name) => {
      const made = new Room({
        url: stage.perch.url,
        workspaceId: branch.id,
        headers: { cookie: stage.cookies[who] },
      });
      made.start();
      return made;
    };
    const played = new PlayedRoom(stage, branch, { Alice: room('Alice'), Bob: room('Bob') }, random);
    for (const path of files) {
      played.paths.set(path, path);
      played.lastPaths.set(path, path);
    }
    // One of them nobody has open before something happens to it.
    for (const path of files.slice(1)) await played.open(path);
    const both = () =>
      played.#events().then((events) => events.filter(({ type }) => type === 'person.joined'));
    await vi.waitFor(async () => assert.equal((await both()).length, 2), SOON);
    played.#seq = (await played.#events()).at(-1)!.seq;
    return played;
  }

  stop(): void {
    for (const room of Object.values(this.rooms)) room.stop();
  }

  ask(who: Name, route: HttpRoute, options: AskOptions = {}) {
    return this.stage.perch.ask(this.stage.cookies[who], route, {
      ...options,
      params: { id: this.branch.id },
    });
  }

  async open(file: string): Promise<void> {
    const path = this.paths.get(file)!;
    for (const who of ['Alice', 'Bob'] as const) {
      const document = this.rooms[who].openDocument(path);
      this.#documents[who].set(file, document);
      await live(document);
    }
  }

  async play(): Promise<void> {
    const chance = this.random();
    const files = [...this.paths].filter(([, path]) => path !== null).map(([file]) => file);
    const file = files[Math.floor(this.random() * files.length)]!;
    if (chance < 0.55) await this.type(this.random() < 0.5 ? 'Alice' : 'Bob', file);
    else if (chance < 0.65) await this.move(file);
    else if (chance < 0.72 && files.length > 2) await this.delete(file);
    else if (chance < 0.8) await this.create();
    else if (chance < 0.9) await this.push(file);
    else await this.commit();
  }

  type(who: Name, file: string): Promise<void> {
    const word = WORDS[Math.floor(this.random() * WORDS.length)]!;
    const places = [this.random(), this.random()];
    const burst = `${who} ${file}`;
    return this.#step(`${who} types into ${file}`, [file], this.#told.has(burst) ? 0 : 1, async () => {
      if (!this.#documents[who].has(file)) await this.open(file);
      this.#told.add(burst);
      const document = this.#documents[who].get(file)!;
      const { text } = document;
      // Far from the end, where pushes write.
      text.insert(Math.floor(places[0]! * text.length * 0.4), word);
      if (places[1]! < 0.4) text.delete(0, Math.floor(places[1]! * 10));
      await document.whenSaved();
    });
  }

  move(file: string): Promise<void> {
    const from = this.paths.get(file)!;
    const to = this.random() < 0.5 ? `moved/${++this.#made}.txt` : `${++this.#made}.txt`;
    return this.#step(`${file} goes to ${to}`, [file], 1, async () => {
      await this.#ok('Alice', 'POST /api/workspaces/:id/files/move', { from, to });
      this.paths.set(file, to);
      this.lastPaths.set(file, to);
    });
  }

  delete(file: string): Promise<void> {
    return this.#step(`${file} is deleted`, [file], 1, async () => {
      await this.#ok('Bob', 'POST /api/workspaces/:id/files/delete', { path: this.paths.get(file) });
      this.paths.set(file, null);
      for (const who of ['Alice', 'Bob'] as const) this.#documents[who].delete(file);
    });
  }

  create(): Promise<void> {
    const file = `new-${++this.#made}.txt`;
    return this.#step(`${file} is made`, [file], 1, async () => {
      await this.#ok('Alice', 'POST /api/workspaces/:id/files', { path: file, text: `${file}\n${TEXT}` });
      this.paths.set(file, file);
      this.lastPaths.set(file, file);
      await this.open(file);
    });
  }

  async commit(): Promise<void> {
    const { body } = await this.ask('Alice', 'GET /api/workspaces/:id/changes');
    const paths = (body as { path: string }[]).map(({ path }) => path);
    if (paths.length === 0) return;
    const about = [...this.lastPaths].filter(([, path]) => paths.includes(path)).map(([file]) => file);
    await this.#step('all is committed', about, 1, async () => {
      await this.#ok('Alice', 'POST /api/workspaces/:id/commit', { message: 'Ours', paths });
      this.#head = this.stage.git.git('rev-parse', this.branch.name);
      this.#told.clear();
    });
  }

  /** Somebody elsewhere writes at the end of a file that is committed, and pushes. */
  async push(file: string): Promise<void> {
    const committed = this.stage.git.git('ls-tree', '--name-only', '-r', this.#head).split('\n');
    const path = this.paths.get(file)!;
    if (path.includes('/') || !committed.includes(path)) return;
    await this.#step(`a push to ${file}`, [file], null, async () => {
      const text = `${this.stage.git.git('show', `${this.#head}:${path}`)}\npushed ${++this.#made}\n`;
      this.#head = this.stage.commit(this.#head, { [path]: text });
      this.stage.git.git('update-ref', `refs/heads/${this.branch.name}`, this.#head);
      await this.stage.open(this.branch.name);
      const merged = async () =>
        (await this.#events()).some(
          (event) => event.type === 'branch.merged' && event.payload.toCommit === this.#head,
        );
      await vi.waitFor(async () => assert.ok(await merged()), SOON);
      if (this.#documents.Bob.has(file)) {
        const { text: theirs } = this.#documents.Bob.get(file)!;
        await vi.waitFor(() => assert.ok(theirs.toString().includes(`pushed ${this.#made}`)), SOON);
      }
    });
  }

  /** @param told how many events come of it; null where that is not known */
  async #step(what: string, about: string[], told: number | null, run: () => Promise<void>): Promise<void> {
    const before = await this.#look();
    await run();
    if (told !== null)
      await vi.waitFor(async () => assert.equal((await this.#events()).at(-1)?.seq, this.#seq + told), SOON);
    const events = (await this.#events()).filter(({ seq }) => seq > this.#seq);
    this.#seq = events.at(-1)?.seq ?? this.#seq;
    this.steps.push({ what, about, events, before, after: await this.#look() });
  }

  /** What Bob sees, when he sees what Alice does. */
  async #look(): Promise<Seen> {
    const seen = new Map<string, string | null>();
    for (const [file, path] of this.paths) {
      const [alices, bobs] = [this.#documents.Alice.get(file), this.#documents.Bob.get(file)];
      if (path === null) seen.set(file, null);
      else if (alices && bobs) {
        await vi.waitFor(() => assert.equal(bobs.text.toString(), alices.text.toString()), SOON);
        seen.set(file, bobs.text.toString());
      } else {
        const { status, body } = await this.stage.perch.ask(
          this.stage.cookies.Bob,
          'GET /api/workspaces/:id/raw',
          { params: { id: this.branch.id }, query: { path } },
        );
        assert.equal(status, 200);
        seen.set(file, String(body));
      }
    }
    return seen;
  }

  async #events(): Promise<WorkspaceEvent[]> {
    const { body } = await this.ask('Bob', 'GET /api/workspaces/:id/events', {
      query: { after: '0', limit: '500' },
    });
    return (body as { events: WorkspaceEvent[] }).events;
  }

  async #ok(who: Name, route: HttpRoute, body: unknown): Promise<void> {
    const answer = await this.ask(who, route, { body });
    if (answer.status !== 200) throw new Error(`${route}: ${JSON.stringify(answer.body)}`);
  }

  /** What a file is to be shown as after an event: typing is over when the next thing happens to it. */
  expected(file: string, event: WorkspaceEvent): string | null | undefined {
    const at = this.steps.findIndex(({ events }) => events.includes(event));
    const step = this.steps[at]!;
    if (event.type !== 'file.edited' || !step.about.includes(file)) return step.after.get(file);
    const next = this.steps.findIndex(
      (each, index) => index > at && each.events.length > 0 && each.about.includes(file),
    );
    return next === -1 ? this.steps.at(-1)!.after.get(file) : this.steps[next]!.before.get(file);
  }
}
