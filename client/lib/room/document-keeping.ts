import * as Y from 'yjs';
import type {
  Carried,
  DocumentPlace,
  DocumentStore,
  DocumentVersion,
  LoadedDocument,
} from './document-store.js';

/** The stored state follows the text at this pace. */
const SETTLE_MS = 1_500;

type Stored = { version: DocumentVersion; writable: boolean; state: () => Uint8Array };

/**
 * Keeps one LiveDocument on this device: every edit until the server has it,
 * and what the server has, to be shown without it. Guarantee: an edit leaves
 * the device only after `stored` said that the server has all there is.
 */
export class DocumentKeeping {
  #editIds: number[] = [];
  #unwritten: Uint8Array[] = [];
  #isWriting = false;
  #version: DocumentVersion | undefined;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;
  #stored: Stored | undefined;
  /** One write after the other, so that the ids of edits are known when they are settled. */
  #queue: Promise<void> = Promise.resolve();
  #failing = false;
  /** Raised by every abandoning: what was to be written before it is not. */
  #turn = 0;

  constructor(
    private readonly documents: DocumentStore,
    private readonly place: () => DocumentPlace,
    private readonly onFailing: () => void,
  ) {}

  /** The device takes nothing more: what is unsent is in this window alone. */
  get failing(): boolean {
    return this.#failing;
  }

  get hasUnsent(): boolean {
    return this.#isWriting || this.#editIds.length > 0 || this.#unwritten.length > 0;
  }

  async load(): Promise<LoadedDocument | null> {
    try {
      const loaded = await this.documents.load(this.place());
      this.#editIds = loaded?.edits.map((edit) => edit.id) ?? [];
      if (loaded) this.#version = { documentId: loaded.documentId, generation: loaded.generation };
      return loaded;
    } catch {
      this.#fail();
      return null;
    }
  }

  /** Written at once: a page may go at any moment, and its connection be dead without knowing it. */
  edited(version: DocumentVersion, update: Uint8Array): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    this.#stored = undefined;
    this.#version = version;
    this.#unwritten.push(update);
    this.#write();
  }

  /** The server has all that `state` gives, until the next edit. */
  stored(stored: Stored): void {
    this.#unwritten = [];
    this.#stored = stored;
    // An edit is found again by the document it belongs to, which has to be there first.
    if (!this.#version) this.#settle();
    else this.#settleTimer ??= setTimeout(() => this.#settle(), SETTLE_MS);
    this.#version = stored.version;
  }

  /** @param carry moves our edits over to the new document; runs in any case, once */
  async rebase(carry: (before: Uint8Array | undefined) => Carried): Promise<void> {
    this.flush();
    let carried = false;
    const once = (before: Uint8Array | undefined): Carried => {
      carried = true;
      const done = carry(before);
      this.#version = { documentId: done.documentId, generation: done.generation };
      this.#unwritten = [];
      return done;
    };
    this.#enqueue(async () => {
      try {
        const version = this.#version;
        if (!version) return;
        const id = await this.documents.rebase(this.place(), version, this.#editIds, once);
        this.#editIds = id === null ? [] : [id];
      } finally {
        if (!carried) once(undefined);
      }
    });
    await this.#queue;
  }

  /** Lets go of what could not be sent. */
  async drop(version: DocumentVersion): Promise<void> {
    this.abandon();
    this.#editIds = [];
    this.#enqueue(() => this.documents.drop(version));
    await this.#queue;
  }

  /** Writes nothing of what waits any more. */
  abandon(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    this.#stored = undefined;
    this.#version = undefined;
    this.#unwritten = [];
    this.#turn++;
  }

  /** Before the page goes: what is stored is settled at once. */
  flush(): void {
    if (this.#stored && this.#settleTimer !== undefined) this.#settle();
  }

  stop(): void {
    this.flush();
  }

  #write(): void {
    this.#enqueue(async () => {
      const version = this.#version;
      // What gathered while the last was being written is one, or was stored meanwhile.
      if (!version || this.#unwritten.length === 0) return;
      const taken = this.#unwritten;
      this.#unwritten = [];
      const update = taken.length === 1 ? taken[0]! : Y.mergeUpdates(taken);
      this.#isWriting = true;
      try {
        this.#editIds.push(await this.documents.addEdit(this.place(), version, update));
      } finally {
        this.#isWriting = false;
      }
    });
  }

  #settle(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    if (!this.#stored) return;
    const { version, writable, state: encode } = this.#stored;
    const state = encode();
    this.#enqueue(async () => {
      const editIds = this.#editIds;
      this.#editIds = [];
      await this.documents.settle(this.place(), version, { state, writable, editIds });
    });
  }

  #enqueue(write: () => Promise<void>): void {
    const turn = this.#turn;
    this.#queue = this.#queue
      .then(() => (turn === this.#turn ? write() : undefined))
      .catch(() => this.#fail());
  }

  #fail(): void {
    if (this.#failing) return;
    this.#failing = true;
    this.onFailing();
  }
}
