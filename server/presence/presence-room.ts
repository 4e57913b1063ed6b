import { log } from '../platform/log.js';
import { processId } from '../platform/server-process.js';
import type { Presence } from '../protocol/presence.js';

/** A burst of notices costs one read in this time. */
const READ_EVERY_MS = 50;

type Outside = {
  read(): Promise<{ processId: string; presence: Presence }[]>;
  /** What is different from what was told before. */
  changed(upserted: Presence[], removed: Presence[]): void;
  /** This process's connections that have a row: the others' rows were lost. */
  ownStored(stored: ReadonlyMap<string, Presence>): void;
};

/**
 * The other processes' connections in one workspace, as far as this process
 * has told them. Lives while somebody of this process is in the workspace;
 * tells only differences, and never an older state after a newer.
 */
export class PresenceRoom {
  readonly #told = new Map<string, Presence>();
  #first: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #again = false;
  #closed = false;

  constructor(private readonly outside: Outside) {}

  foreign(): Presence[] {
    return [...this.#told.values()];
  }

  /** Resolves once the rows have been read for the first time; a failure may be tried again. */
  loaded(): Promise<void> {
    this.#first ??= this.#read().catch((error: unknown) => {
      this.#first = undefined;
      throw error;
    });
    return this.#first;
  }

  wake(): void {
    if (this.#closed || this.#timer) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#read().catch((error: unknown) => {
        log.warn({ err: error }, 'presence could not be read; it follows with the next wake-up');
      });
    }, READ_EVERY_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      const rows = await this.outside.read();
      if (!this.#closed) this.#compare(rows);
    } finally {
      this.#reading = false;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    }
  }

  #compare(rows: { processId: string; presence: Presence }[]): void {
    const foreign = rows.filter((row) => row.processId !== processId).map((row) => row.presence);
    const present = new Set(foreign.map((each) => each.connectionId));
    const upserted = foreign.filter((each) => {
      const told = this.#told.get(each.connectionId);
      return !told || told.count < each.count || told.person.name !== each.person.name;
    });
    const removed = [...this.#told.values()].filter((each) => !present.has(each.connectionId));
    for (const each of removed) this.#told.delete(each.connectionId);
    for (const each of upserted) this.#told.set(each.connectionId, each);
    if (upserted.length + removed.length > 0) this.outside.changed(upserted, removed);
    this.outside.ownStored(
      new Map(
        rows
          .filter((row) => row.processId === processId)
          .map(({ presence }) => [presence.connectionId, presence]),
      ),
    );
  }
}
