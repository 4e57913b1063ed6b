import { UPDATE_MAX_BYTES } from '@protocol/document.js';
import { mergeUpdates } from './merge-updates.js';
import { call, type RoomSocket } from './room-socket.js';

/** Pushes that may await their acknowledgement; what is typed meanwhile gathers into the next. */
const WINDOW = 8;
/** Between two pushes: what a program types in every turn stays within what the server takes of one connection. */
const PUSH_INTERVAL_MS = 5;
/**
 * The same while one awaits its acknowledgement. Less than between two keys of
 * a hand; what comes faster goes together, and costs everybody less.
 */
const UNACKNOWLEDGED_INTERVAL_MS = 30;

type Recipient = { documentId: string; generation: number };

/**
 * Edits of one document on their way to the server, in order. `start`ed by each
 * join, `pause`d by whatever ends one: answers to earlier pushes are not heard
 * of then, and what waits does so until the next start says what is missing.
 */
export class DocumentOutbox {
  #recipient: Recipient | null = null;
  #waiting: Uint8Array[] = [];
  #inFlight = 0;
  /** Raised by every pause and start. */
  #turn = 0;
  #gathering = false;
  #pushedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly socket: RoomSocket,
    private readonly onStored: () => void,
    private readonly onRefused: (error: unknown) => void,
  ) {}

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inFlight === 0;
  }

  add(update: Uint8Array): void {
    this.#waiting.push(update);
    if (this.#gathering) return;
    this.#gathering = true;
    // All edits of this turn are one push.
    queueMicrotask(() => {
      this.#gathering = false;
      this.flush();
    });
  }

  /**
   * @param recipient null where nothing may be sent
   * @param missing all that the server lacks: whatever else waited is part of it
   */
  start(recipient: Recipient | null, missing: Uint8Array | null): void {
    this.pause();
    this.#recipient = recipient;
    this.#waiting = missing ? [missing] : [];
  }

  pause(): void {
    this.#turn++;
    this.#recipient = null;
    this.#inFlight = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  flush(): void {
    const recipient = this.#recipient;
    if (!recipient || this.#waiting.length === 0 || this.#inFlight === WINDOW) return;
    clearTimeout(this.#timer);
    const interval = this.#inFlight > 0 ? UNACKNOWLEDGED_INTERVAL_MS : PUSH_INTERVAL_MS;
    const early = this.#pushedAt + interval - performance.now();
    if (early > 0) {
      this.#timer = setTimeout(() => this.flush(), early);
      return;
    }
    this.#pushedAt = performance.now();
    const turn = this.#turn;
    this.#inFlight++;
    this.#push(recipient, this.#take()).then(
      () => {
        if (turn !== this.#turn) return;
        this.#inFlight--;
        this.onStored();
      },
      (error: unknown) => turn === this.#turn && this.onRefused(error),
    );
    this.flush();
  }

  /** As many updates as fit one push. */
  #take(): Uint8Array {
    let size = 0;
    let length = 0;
    for (const update of this.#waiting) {
      size += update.byteLength;
      if (length > 0 && size > UPDATE_MAX_BYTES) break;
      length++;
    }
    return mergeUpdates(this.#waiting.splice(0, length));
  }

  async #push({ documentId, generation }: Recipient, update: Uint8Array): Promise<void> {
    const pushes: Promise<unknown>[] = [];
    for (let at = 0; at === 0 || at < update.byteLength; at += UPDATE_MAX_BYTES) {
      const more = at + UPDATE_MAX_BYTES < update.byteLength;
      const piece = update.subarray(at, at + UPDATE_MAX_BYTES);
      pushes.push(
        call(this.socket, 'document:push', {
          documentId,
          generation,
          update: piece,
          more: more || undefined,
        }),
      );
    }
    await Promise.all(pushes);
  }
}
