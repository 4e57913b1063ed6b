import type { DocumentUpdated } from '../protocol/document.js';

/**
 * Half of what a screen takes for a frame. A hand alone types slower, and its
 * keys go out at once; many hands in one document share packets.
 */
const INTERVAL_MS = 8;

/** @param author the connection that has all of it already, where all of it is one's */
type Send = (news: DocumentUpdated, author: string | null) => void;
type Waiting = { news: DocumentUpdated; author: string | null };

/**
 * Edits on their way to this process's sockets. Those of a document that come
 * in one turn of the event loop go as one packet for its room, and packets of a
 * document keep an interval. Guarantee: in the order of `add`, none left behind.
 */
export class DocumentBroadcast {
  /** By document; null while it keeps its interval and nothing waits. */
  readonly #waiting = new Map<string, Waiting | null>();

  constructor(private readonly send: Send) {}

  add(documentId: string, generation: number, update: Uint8Array, author: string | null): void {
    const known = this.#waiting.get(documentId);
    if (known?.news.generation === generation) {
      known.news.updates.push(update);
      if (known.author !== author) known.author = null;
      return;
    }
    if (known) this.send(known.news, known.author);
    this.#waiting.set(documentId, { news: { documentId, generation, updates: [update] }, author });
    if (known === undefined) setImmediate(() => this.#next(documentId));
  }

  /** Sends what waits of a document now, before something else is told of it. */
  flush(documentId: string): void {
    const waiting = this.#waiting.get(documentId);
    if (!waiting) return;
    this.#waiting.set(documentId, null);
    this.send(waiting.news, waiting.author);
  }

  #next(documentId: string): void {
    if (!this.#waiting.get(documentId)) {
      this.#waiting.delete(documentId);
      return;
    }
    this.flush(documentId);
    setTimeout(() => this.#next(documentId), INTERVAL_MS);
  }
}
