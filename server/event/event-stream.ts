import type { Caller } from '../platform/caller.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { eventFrame, type EventSourceResponse } from './event-source-response.js';

/** Rows read at once for one reader who is behind. */
const PAGE = 100;

type Log = {
  /** Events after a number, oldest first. */
  after(seq: number, limit: number): Promise<WorkspaceEvent[]>;
  /** The last event told in this process. */
  told(): number;
};

/**
 * One reader of a workspace's events: each once and in order, from a number
 * on. Reads the log until it has caught up with what this process tells, then
 * hears; a reader who cannot keep up goes back to reading the log, at his pace.
 */
export class EventStream {
  #hearing = false;

  constructor(
    readonly workspaceId: string,
    readonly caller: Caller,
    readonly output: EventSourceResponse,
    private readonly log: Log,
    private cursor: number,
  ) {}

  async catchUp(): Promise<void> {
    while (!this.output.isClosed) {
      await this.output.drained();
      // In the same turn as it begins to hear, so that nothing falls between.
      if (this.cursor >= this.log.told()) {
        this.#hearing = true;
        return;
      }
      for (const event of await this.log.after(this.cursor, PAGE)) this.#write(event.seq, frameOf(event));
    }
  }

  /** @returns false where this reader has to catch up first */
  hear(seq: number, frame: () => string): boolean {
    if (!this.#hearing || seq <= this.cursor) return true;
    if (this.output.isFull) {
      this.#hearing = false;
      return false;
    }
    this.#write(seq, frame());
    return true;
  }

  #write(seq: number, frame: string): void {
    this.cursor = seq;
    this.output.write(frame);
  }
}

export function frameOf(event: WorkspaceEvent): string {
  return eventFrame('event:added', event, event.seq);
}
