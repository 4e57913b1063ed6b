import { TEXT_NAME, type DocumentState, type DocumentUpdated } from '@protocol/document.js';
import { ProtocolError } from '@protocol/error.js';
import * as Y from 'yjs';
import type { DocumentKeeping } from './document-keeping.js';
import type { Carried, DocumentVersion, LoadedDocument } from './document-store.js';
import { DocumentOutbox } from './document-outbox.js';
import type { LiveDocumentState } from './room-state.js';
import { carryOver } from './carry-over.js';
import { joinDocument } from './join-document.js';
import { call, type RoomSocket } from './room-socket.js';
import { noteUnsent, unsentPassages, type UnsentFile } from './unsent-text.js';

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
/** What is kept on this device is shown when nothing newer has come by then. */
const SHOW_KEPT_MS = 1_500;

/**
 * A file that everybody edits at once. Joined by its Room, kept through lost
 * connections, ended by its last `close`. `doc` and `text` are other objects
 * after the document was replaced as a whole; `subscribe` tells of it.
 * Guarantee: `saved` is said only when the server's database has every edit
 * made here; until then the edits are held and sent again.
 */
export class LiveDocument {
  holders = 0;
  #doc = new Y.Doc();
  #state: LiveDocumentState = { kind: 'loading' };
  readonly #listeners = new Set<() => void>();
  #joined: { documentId: string; generation: number; writable: boolean } | undefined;
  /** Kept between joins: whose state `doc` is. */
  #known: DocumentVersion | undefined;
  /** Told between our entering the document on the server and its answer. */
  #early: DocumentUpdated[] = [];
  #connected = false;
  /** Known to be without the server, unlike before the first connection. */
  #isAway = false;
  #serverFails = false;
  readonly #outbox: DocumentOutbox;
  /** Whether anything was typed here that the server has not acknowledged, sent or not. */
  #dirty = false;
  /** Raised by every join and disconnect: answers from before are ignored. */
  #attempt = 0;
  /** Whether the server may hold us in it without our knowing yet. */
  #joining = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = RETRY_MIN_MS;
  #stopped = false;
  /** Whether what this device keeps of it has been looked up. */
  #ready: boolean;
  #keptWritable = false;
  /** Whose edits of earlier visits are not sent yet: they are sent in our name (DOC9). */
  #earlierClientIds: number[] = [];
  #rebasing = false;
  /** Where our edits begin that the server has not acknowledged. */
  readonly #unsent = new Map<number, number>();

  constructor(
    private readonly socket: RoomSocket,
    private readonly workspaceId: string,
    /** Where it stands in the branch; Room changes it when the file is moved. */
    public path: string,
    private readonly onClosed: (document: LiveDocument) => void,
    /** Hears of text that may not be sent any more and is taken out of the document. */
    private readonly onGivenUp: (file: UnsentFile) => void,
    private readonly keeping?: DocumentKeeping,
  ) {
    this.#ready = keeping === undefined;
    this.#outbox = new DocumentOutbox(
      socket,
      () => this.#pushed(),
      (error) => this.#pushRefused(error),
    );
    this.#observe(this.#doc);
    socket.on('document:updated', this.#onUpdated);
    socket.on('document:reset', this.#onReset);
    socket.on('document:storing', this.#onStoring);
  }

  get doc(): Y.Doc {
    return this.#doc;
  }

  get text(): Y.Text {
    return this.#doc.getText(TEXT_NAME);
  }

  get state(): LiveDocumentState {
    return this.#state;
  }

  /** Whether the server's database lacks anything that was typed here. */
  get isUnsaved(): boolean {
    return this.#dirty;
  }

  /** What was typed here and the server's database lacks. */
  get unsent(): UnsentFile {
    return { path: this.path, passages: this.#dirty ? unsentPassages(this.#doc, this.#unsent) : [] };
  }

  /** Resolves as soon as the server's database has everything that was typed here. */
  whenSaved(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#dirty) return resolve();
      const stop = this.subscribe(() => {
        if (this.#dirty) return;
        stop();
        resolve();
      });
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Gives up one holder. The last one's leaving waits until everything is stored. */
  close(): void {
    if (--this.holders > 0) return;
    this.#endIfUnused();
  }

  /** Whether leaving the page now would lose what was typed here. */
  get isAtRisk(): boolean {
    return this.#dirty && (!this.keeping || this.keeping.failing);
  }

  /** Ends without a trace on this device: the right to read it is gone. */
  abandon(): void {
    this.#dirty = false;
    this.keeping?.abandon();
    this.stop();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    this.#outbox.stop();
    this.keeping?.stop();
    this.socket.off('document:updated', this.#onUpdated);
    this.socket.off('document:reset', this.#onReset);
    this.socket.off('document:storing', this.#onStoring);
    if (this.#joined && this.socket.connected) {
      call(this.socket, 'document:leave', { documentId: this.#joined.documentId }).catch(() => {});
    }
  }

  /** Called by the Room after each (re)connect. */
  join(): void {
    clearTimeout(this.#retryTimer);
    this.#connected = true;
    this.#joined = undefined;
    this.#outbox.pause();
    if (!this.#ready || this.#rebasing) return;
    const attempt = ++this.#attempt;
    this.#joining = true;
    const known = this.#known && { ...this.#known, stateVector: Y.encodeStateVector(this.#doc) };
    joinDocument(this.socket, {
      workspaceId: this.workspaceId,
      path: this.path,
      clientId: this.#doc.clientID,
      earlierClientIds: this.#earlierClientIds.length > 0 ? this.#earlierClientIds : undefined,
      known: known ?? null,
    }).then(
      (state) => attempt === this.#attempt && this.#entered(state),
      (error: unknown) => attempt === this.#attempt && this.#refused(error),
    );
  }

  /** Writes at once what this device has not kept yet. */
  keepNow(): void {
    this.keeping?.flush();
  }

  /** Called by what keeps it on this device when it cannot. */
  keepingFailed(): void {
    this.#showLive();
  }

  /** Called by the Room when the connection is lost, or is known not to be there. */
  disconnected(): void {
    clearTimeout(this.#retryTimer);
    this.#attempt++;
    this.#joining = false;
    this.#early = [];
    this.#connected = false;
    this.#isAway = true;
    this.#joined = undefined;
    this.#outbox.pause();
    this.#showLive();
  }

  /** Called once by whoever made it, where this device keeps documents. */
  loaded(kept: LoadedDocument | null): void {
    if (this.#stopped) return;
    this.#ready = true;
    if (kept) {
      const { documentId, generation, base, edits } = kept;
      this.#known = { documentId, generation };
      this.#keptWritable = kept.writable;
      this.#take([base, ...edits.map((edit) => edit.update)], true);
      this.#earlierClientIds = clientsOf(edits);
      this.#dirty = edits.length > 0;
      for (const { update } of edits) noteUnsent(this.#unsent, update);
      setTimeout(() => this.#showLive(), SHOW_KEPT_MS);
    }
    if (this.#connected) this.join();
    else if (this.#isAway) this.#showLive();
    this.#endIfUnused();
  }

  #entered(state: DocumentState): void {
    this.#retryMs = RETRY_MIN_MS;
    this.#joining = false;
    if (state.kind === 'not-text') {
      this.#set(state);
      this.#endIfUnused();
      return;
    }
    // What was refused before is there again.
    if (this.#state.kind !== 'live') this.#state = { kind: 'loading' };
    const { documentId, generation, writable } = state;
    if (this.#known && (this.#known.documentId !== documentId || this.#known.generation !== generation)) {
      void this.#rebase(state);
      return;
    }
    const isFirst = !this.#known;
    this.#known = { documentId, generation };
    this.#take(state.updates, isFirst);
    this.#joined = { documentId, generation, writable };
    // As it came: nothing has to be encoded to keep it on this device.
    const [whole, ...others] = state.updates;
    const kept = isFirst && others.length + this.#early.length === 0 ? whole : undefined;
    for (const news of this.#early) this.#apply(news);
    this.#early = [];
    this.#serverFails = false;
    const missing = isFirst && !this.#dirty ? null : this.#missing(state);
    this.#outbox.start(writable ? this.#joined : null, writable ? missing : null);
    if (missing && !writable && this.#dirty) {
      void this.#giveUp(this.#known);
      return;
    }
    this.#setDirty(missing !== null && writable);
    this.#showLive();
    this.#outbox.flush();
    this.#ifStored(kept);
  }

  /** The right to write is gone: what was not sent is the person's, and the text is the server's again. */
  async #giveUp(known: DocumentVersion): Promise<void> {
    const { unsent } = this;
    this.#rebasing = true;
    this.#joined = undefined;
    await this.keeping?.drop(known);
    this.#doc.destroy();
    this.#doc = new Y.Doc();
    this.#known = undefined;
    this.#earlierClientIds = [];
    this.#setDirty(false);
    this.#observe(this.#doc);
    this.#outbox.start(null, null);
    this.#rebasing = false;
    this.#set({ kind: 'loading' });
    this.onGivenUp(unsent);
    if (this.#connected && !this.#stopped) this.join();
    else this.#endIfUnused();
  }

  #setDirty(dirty: boolean): void {
    this.#dirty = dirty;
    if (!dirty) this.#unsent.clear();
  }

  /** All that we have and the server's durable state lacks, other people's edits included (DOC2). */
  #missing(state: Extract<DocumentState, { kind: 'live' }>): Uint8Array | null {
    const theirs = Y.decodeStateVector(state.stateVector);
    const ours = Y.decodeStateVector(Y.encodeStateVector(this.#doc));
    const lacksStructs = [...ours].some(([client, clock]) => clock > (theirs.get(client) ?? 0));
    // Its answer to our state vector carries every deletion it has.
    const lacksDeletes = !Y.equalDeleteSets(
      Y.mergeDeleteSets(state.updates.map((update) => Y.decodeUpdate(update).ds)),
      Y.createDeleteSetFromStructStore(this.#doc.store),
    );
    return lacksStructs || lacksDeletes ? Y.encodeStateAsUpdate(this.#doc, state.stateVector) : null;
  }

  /** The document was replaced while we had edits on the old one: they are merged into the new text. */
  async #rebase(state: Extract<DocumentState, { kind: 'live' }>): Promise<void> {
    this.#rebasing = true;
    if (this.keeping) await this.keeping.rebase((before) => this.#carryOver(state, before));
    else this.#carryOver(state, undefined);
    this.#rebasing = false;
    // The new Y.Doc has a client id of its own, which has to join before it edits.
    if (this.#connected && !this.#stopped) this.join();
    else this.#endIfUnused();
  }

  #carryOver(state: Extract<DocumentState, { kind: 'live' }>, before: Uint8Array | undefined): Carried {
    const { doc, carried } = carryOver(Y.encodeStateAsUpdate(this.#doc), state, before);
    this.#doc.destroy();
    this.#doc = doc;
    this.#known = { documentId: state.documentId, generation: state.generation };
    this.#earlierClientIds = [];
    this.#observe(doc);
    this.#outbox.start(null, null);
    this.#unsent.clear();
    if (carried.edit) noteUnsent(this.#unsent, carried.edit);
    this.#setDirty(carried.edit !== null);
    this.#tell();
    return carried;
  }

  #refused(error: unknown): void {
    const refusal =
      error instanceof ProtocolError
        ? error
        : new ProtocolError('internal', 'The file could not be opened.', { cause: error });
    if (refusal.retry && this.#connected) this.#joinLater(refusal.retryAfterMs);
    // What was typed is not thrown away for a refusal that may pass.
    if (this.#known && refusal.retry) this.#showLive();
    else this.#refuse(refusal);
    this.#joining = false;
    this.#endIfUnused();
  }

  #refuse(error: ProtocolError): void {
    this.#set({ kind: 'refused', error, isKept: this.#dirty && !this.isAtRisk });
  }

  #joinLater(afterMs = this.#retryMs): void {
    clearTimeout(this.#retryTimer);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    this.#retryTimer = setTimeout(() => this.#connected && this.join(), afterMs);
  }

  readonly #onEdited = (update: Uint8Array, origin: unknown, doc: Y.Doc): void => {
    if (origin === this || doc !== this.#doc) return;
    this.#outbox.add(update);
    if (!this.#unsent.has(doc.clientID)) noteUnsent(this.#unsent, update);
    this.#dirty = true;
    if (this.#known) this.keeping?.edited(this.#known, update);
    this.#showLive();
  };

  #observe(doc: Y.Doc): void {
    doc.on('update', this.#onEdited);
  }

  /** What is not ours. Before anybody has looked at the text Yjs is spared to encode it all for nobody. */
  #take(updates: readonly Uint8Array[], isFirst = false): void {
    if (isFirst) this.#doc.off('update', this.#onEdited);
    this.#doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.#doc, update, this);
    }, this);
    if (isFirst) this.#observe(this.#doc);
  }

  #pushed(): void {
    this.#serverFails = false;
    this.#setDirty(!this.#outbox.isEmpty);
    this.#showLive();
    this.#outbox.flush();
    this.#ifStored();
  }

  #pushRefused(error: unknown): void {
    this.#joined = undefined;
    this.#outbox.pause();
    const refusal =
      error instanceof ProtocolError
        ? error
        : new ProtocolError('internal', 'An edit could not be sent.', { cause: error });
    if (refusal.retry || refusal.code === 'out-of-step') {
      // Joining again exchanges state vectors, and with them everything that is missing.
      this.#serverFails = true;
      this.#showLive();
      this.#joinLater(refusal.code === 'out-of-step' ? 0 : refusal.retryAfterMs);
    } else if (refusal.code === 'forbidden') {
      // Whether it may be written in at all, joining it says.
      this.#showLive();
      this.#joinLater();
    } else this.#refuse(refusal);
  }

  readonly #onUpdated = (news: DocumentUpdated): void => {
    if (!this.#joined && this.#connected) this.#early.push(news);
    else this.#apply(news);
  };

  #apply(news: DocumentUpdated): void {
    if (this.#known?.documentId !== news.documentId || this.#known.generation !== news.generation) return;
    this.#take(news.updates);
    this.#ifStored();
  }

  readonly #onReset = (news: { documentId: string }): void => {
    if (this.#known?.documentId === news.documentId && this.#connected) this.join();
  };

  readonly #onStoring = (news: { documentId: string; failing: boolean }): void => {
    if (this.#known?.documentId !== news.documentId) return;
    this.#serverFails = news.failing;
    this.#showLive();
  };

  /** Nobody looks at it any more: it goes, once nothing of it is held here alone. */
  #endIfUnused(): void {
    if (this.holders > 0 || this.#dirty || this.#stopped) return;
    if (!this.#ready || this.#rebasing || this.#joining) return;
    this.stop();
    this.onClosed(this);
  }

  /** Where the server has all of ours, this device keeps it as that. */
  #ifStored(state?: Uint8Array): void {
    if (!this.#joined || this.#dirty) return;
    const { documentId, generation, writable } = this.#joined;
    this.#earlierClientIds = [];
    const doc = this.#doc;
    this.keeping?.stored({
      version: { documentId, generation },
      writable,
      state: () => state ?? Y.encodeStateAsUpdate(doc),
    });
    this.#endIfUnused();
  }

  #showLive(): void {
    if (!this.#known || this.#state.kind === 'refused') return;
    const writable =
      this.#joined?.writable ?? (this.#state.kind === 'live' ? this.#state.writable : this.#keptWritable);
    const away = !this.#joined || this.#serverFails;
    const kept = this.keeping?.failing ? 'held' : 'kept';
    const save = away ? kept : this.#dirty ? 'saving' : 'saved';
    if (this.#state.kind === 'live' && this.#state.save === save && this.#state.writable === writable) return;
    this.#set({ kind: 'live', writable, save });
  }

  #set(state: LiveDocumentState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The Yjs client ids that edits were made under. */
function clientsOf(edits: readonly { update: Uint8Array }[]): number[] {
  const clients = edits.flatMap(({ update }) => [...Y.parseUpdateMeta(update).from.keys()]);
  return [...new Set(clients)];
}
