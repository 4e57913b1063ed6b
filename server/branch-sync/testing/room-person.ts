import type { LiveDocument } from '../../../client/lib/room/live-document.js';
import { Room } from '../../../client/lib/room/room.js';

/** Somebody in the room, with the client that browsers run, who types what nobody else types. */
export class RoomPerson {
  readonly room: Room;
  readonly documents: LiveDocument[] = [];
  /** Commits of outside pushes that came in, as heard. */
  readonly merged = new Set<string>();
  /** What was typed, and where. */
  readonly typed = new Map<string, LiveDocument>();
  /** Why a path could not be opened last. */
  readonly refusals = new Map<string, string>();
  #tokens = 0;

  constructor(
    readonly name: string,
    readonly cookie: string,
    at: { url: string; workspaceId: string },
    private readonly random: () => number,
  ) {
    this.room = new Room({ url: at.url, workspaceId: at.workspaceId, headers: { cookie } });
    this.room.subscribe('event', (event) => {
      if (event.type === 'branch.merged') this.merged.add(event.payload.toCommit);
    });
    this.room.start();
  }

  get live(): LiveDocument[] {
    return this.documents.filter(({ state }) => state.kind === 'live');
  }

  get isSaved(): boolean {
    return this.live.every((document) => !document.isUnsaved);
  }

  at(path: string): LiveDocument | undefined {
    return this.documents.find((document) => document.path === path);
  }

  /** Has these open, and no others. */
  open(paths: readonly string[]): void {
    const left = this.documents.filter(
      ({ path, state }) => !paths.includes(path) || state.kind === 'refused',
    );
    for (const document of left) {
      if (document.state.kind === 'refused') this.refusals.set(document.path, document.state.error.message);
      this.documents.splice(this.documents.indexOf(document), 1);
      document.close();
    }
    for (const path of paths) if (!this.at(path)) this.documents.push(this.room.openDocument(path));
  }

  /** Types a word somewhere, or takes a line away that nobody has typed in. */
  type(): void {
    const { live } = this;
    const document = live[Math.floor(this.random() * live.length)];
    if (!document) return;
    const { text } = document;
    const now = text.toString();
    const at = Math.floor(this.random() * (now.length + 1));
    const start = now.lastIndexOf('\n', at - 1) + 1;
    const end = now.indexOf('\n', at);
    const line = now.slice(start, end === -1 ? undefined : end + 1);
    const kind = this.random();
    if (kind < 0.15 && !line.includes('<')) {
      text.delete(start, line.length);
      return;
    }
    const token = `<${this.name}${++this.#tokens}>`;
    this.typed.set(token, document);
    // Never inside of what somebody has marked.
    const within = line.includes('<') || kind < 0.5 ? start : at;
    text.insert(within, within === start && kind < 0.5 ? `${token} typed\n` : token);
  }
}
