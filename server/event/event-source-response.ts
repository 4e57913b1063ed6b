import type { Response } from 'express';
import { once } from 'node:events';

/** What a reader who lost the connection waits before it asks again. */
const RETRY_MS = 1_000;
/** Beyond this, what is unread is not kept here: the log has it. */
const BUFFER_MAX_BYTES = 256 * 1024;

/**
 * An answer of server-sent events. It keeps at most BUFFER_MAX_BYTES and what
 * was written last for a reader who does not read, and is cut for one who has
 * read nothing from one look to the next.
 */
export class EventSourceResponse {
  #stalled = false;

  constructor(private readonly response: Response) {
    response
      .status(200)
      .set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    response.on('drain', () => (this.#stalled = false));
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  get isClosed(): boolean {
    return this.response.closed || this.response.destroyed || this.response.writableEnded;
  }

  get isFull(): boolean {
    return this.response.writableLength > BUFFER_MAX_BYTES;
  }

  onClosed(listener: () => void): void {
    if (this.response.closed) listener();
    else this.response.once('close', listener);
  }

  write(frame: string): void {
    if (!this.isClosed) this.response.write(frame);
  }

  /** Once the reader has taken what was written, or is gone. */
  async drained(): Promise<void> {
    if (this.isClosed || !this.response.writableNeedDrain) return;
    const over = new AbortController();
    const { signal } = over;
    try {
      await Promise.race([
        once(this.response, 'drain', { signal }),
        once(this.response, 'close', { signal }),
      ]);
    } finally {
      over.abort();
    }
  }

  /** A comment, so that nobody between takes the silence for an end; or the end, where the reader reads nothing. */
  look(): void {
    if (this.response.writableNeedDrain) {
      if (this.#stalled) this.response.destroy();
      this.#stalled = true;
    } else this.write(':\n\n');
  }

  /** Says no more. Nobody waits for a reader who is behind. */
  end(): void {
    if (this.response.writableNeedDrain) this.response.destroy();
    else if (!this.isClosed) this.response.end();
  }
}

export function eventFrame(name: string, data: unknown, id?: number): string {
  const number = id === undefined ? '' : `id: ${id}\n`;
  return `${number}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
