import { expect, vi } from 'vitest';
import { Room } from '../../../client/lib/room/room.js';
import type { LiveDocument } from '../../../client/lib/room/live-document.js';
import type { BranchState } from '../../protocol/branch-state.js';
import type { WorkspaceEvent } from '../../protocol/event.js';
import type { Workspace } from '../../protocol/workspace.js';
import { OWNER, REPO } from '../../testing/perch-server.js';
import { startHookedPerch, type HookedPerch } from '../../webhook/testing/hooked-perch.js';

const IDENTITY = ['-c', 'user.name=Carol', '-c', 'user.email=carol@example.com'];
export const PATH = 'story.txt';
export const STORY = 'title\n\none\n\nAlice:\n\nBob:\n\nCarol:\n\nend\n';

/** A whole server, and branches of their own on which three people type. */
export class BranchStage {
  readonly #rooms: Room[] = [];
  #branches = 0;

  private constructor(
    readonly hooked: HookedPerch,
    readonly cookies: Record<'Alice' | 'Bob' | 'Carol', string>,
  ) {}

  static async start(): Promise<BranchStage> {
    const hooked = await startHookedPerch();
    const { perch } = hooked;
    const Alice = await perch.ownerCookie();
    const Bob = await perch.invite(Alice, 'write', 'Bob');
    const Carol = await perch.invite(Alice, 'write', 'Carol');
    return new BranchStage(hooked, { Alice, Bob, Carol });
  }

  get perch() {
    return this.hooked.perch;
  }

  get git() {
    return this.hooked.surroundings.git;
  }

  async stop(): Promise<void> {
    this.clear();
    await this.hooked.stop();
  }

  /** Everybody leaves. */
  clear(): void {
    for (const room of this.#rooms.splice(0)) room.stop();
  }

  /** A commit as somebody makes it elsewhere, of these files alone or above another; no branch is at it. */
  commit(parent: string | null, files: Record<string, string>): string {
    const { git } = this;
    const kept = parent === null ? '' : git.git('ls-tree', parent);
    const entries = kept.split('\n').filter((line) => line !== '' && !(line.split('\t')[1]! in files));
    for (const [path, text] of Object.entries(files))
      entries.push(`100644 blob ${git.given(text, 'hash-object', '-w', '--stdin')}\t${path}`);
    const tree = git.given(`${entries.join('\n')}\n`, 'mktree');
    const above = parent === null ? [] : ['-p', parent];
    return git.git(...IDENTITY, 'commit-tree', tree, ...above, '-m', 'elsewhere');
  }

  /** A branch with the story in it, opened: its name, its head, and its room. */
  async branch(files: Record<string, string> = { [PATH]: STORY }) {
    const name = `work/${++this.#branches}`;
    const head = this.commit('main', files);
    this.git.git('update-ref', `refs/heads/${name}`, head);
    const { id } = await this.open(name);
    return { name, head, id };
  }

  /** Deletes a branch on the forge, which tells of it, until its room knows. */
  async end(id: string, branch: string): Promise<void> {
    this.git.git('update-ref', '-d', `refs/heads/${branch}`);
    await this.hooked.deliver('delete', {
      ref: branch,
      ref_type: 'branch',
      repository: { id: await this.hooked.repositoryId() },
    });
    await ended(this, id);
  }

  /** Comes in by a branch's name, which looks where the branch stands. */
  async open(branch: string, repo = REPO): Promise<Workspace> {
    const { status, body } = await this.perch.ask(this.cookies.Alice, 'POST /api/workspaces', {
      body: { owner: OWNER, repo, branch },
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body as Workspace;
  }

  async state(id: string): Promise<BranchState> {
    const { body } = await this.perch.ask(this.cookies.Bob, 'GET /api/workspaces/:id/branch', {
      params: { id },
    });
    return body as BranchState;
  }

  choose(id: string, choice: string) {
    return this.perch.ask(this.cookies.Bob, 'POST /api/workspaces/:id/branch', {
      params: { id },
      body: { choice },
    });
  }

  tryCommit(id: string, paths: readonly string[] = [PATH]) {
    return this.perch.ask(this.cookies.Alice, 'POST /api/workspaces/:id/commit', {
      params: { id },
      body: { message: 'Ours', paths },
    });
  }

  /** Somebody in the room, who hears what is told. */
  async enter(id: string, who: keyof BranchStage['cookies']): Promise<Person> {
    const room = new Room({ url: this.perch.url, workspaceId: id, headers: { cookie: this.cookies[who] } });
    this.#rooms.push(room);
    const heard: WorkspaceEvent[] = [];
    room.subscribe('event', (event) => heard.push(event));
    room.start();
    const document = room.openDocument(PATH);
    await live(document);
    return new Person(who, room, document, heard);
  }

  everybody(id: string): Promise<Person[]> {
    return Promise.all((['Alice', 'Bob', 'Carol'] as const).map((who) => this.enter(id, who)));
  }
}

/** Until its text is here: what is typed before would land anywhere in it. */
export function live(document: LiveDocument): Promise<void> {
  return vi.waitFor(() => expect(document.state.kind).toBe('live'), { timeout: 10_000 });
}

function ended(stage: BranchStage, id: string): Promise<void> {
  return vi.waitFor(async () => expect((await stage.state(id)).state).toBe('deleted'), { timeout: 10_000 });
}

/** One of three, each of whom types behind his own name as fast as it is stored. */
export class Person {
  typed: string[] = [];
  #typing: Promise<void> | undefined;
  #isTyping = false;

  constructor(
    readonly name: string,
    readonly room: Room,
    readonly document: LiveDocument,
    readonly heard: WorkspaceEvent[],
  ) {}

  get text(): string {
    return this.document.text.toString();
  }

  told(type: WorkspaceEvent['type']): WorkspaceEvent | undefined {
    return this.heard.find((event) => event.type === type);
  }

  async type(): Promise<void> {
    const mark = `<${this.name[0]}${this.typed.length}>`;
    this.document.text.insert(this.text.indexOf(`${this.name}:`) + this.name.length + 1, mark);
    this.typed.push(mark);
    await this.document.whenSaved();
  }

  startTyping(): void {
    this.#isTyping = true;
    this.#typing = (async () => {
      while (this.#isTyping) await this.type();
    })();
  }

  async stopTyping(): Promise<void> {
    this.#isTyping = false;
    await this.#typing;
  }
}
