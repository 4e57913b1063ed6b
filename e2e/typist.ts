import { setTimeout as pause } from 'node:timers/promises';
import type { LiveDocument } from '../client/lib/room/live-document.js';
import { Room } from '../client/lib/room/room.js';

/** Somebody who types lines of his own into one document, in Node. */
export class Typist {
  readonly room: Room;
  readonly document: LiveDocument;
  readonly typed: string[] = [];
  /** How many of `typed` had been acknowledged when the document last said so. */
  acknowledged = 0;
  #typing: Promise<void> | undefined;
  #resting = true;

  constructor(
    readonly name: string,
    at: { url: string; cookie: string; workspaceId: string; path: string },
    private readonly random: () => number,
    /** The shortest pause between two lines; the longest is three of it. */
    private readonly paceMs = 30,
  ) {
    this.room = new Room({ url: at.url, workspaceId: at.workspaceId, headers: { cookie: at.cookie } });
    this.document = this.room.openDocument(at.path);
    this.document.subscribe(() => {
      const { state } = this.document;
      if (state.kind === 'live' && state.save === 'saved') this.acknowledged = this.typed.length;
    });
    this.room.start();
  }

  start(): void {
    this.#resting = false;
    this.#typing = this.#type();
  }

  async rest(): Promise<void> {
    this.#resting = true;
    await this.#typing;
  }

  get text(): string {
    return this.document.text.toString();
  }

  get isSaved(): boolean {
    const { state } = this.document;
    return state.kind === 'live' && state.save === 'saved';
  }

  async #type(): Promise<void> {
    while (!this.#resting) {
      const line = `${this.name}:${this.typed.length}`;
      this.typed.push(line);
      const { text } = this;
      const start = text.indexOf('\n', Math.floor(this.random() * text.length)) + 1;
      this.document.text.insert(start, `${line}\n`);
      // A hand's pace, not a wait for anything. Much faster, and ten hands leave one process no turn for its network.
      await pause(this.paceMs * (1 + 2 * this.random()));
    }
  }
}
