import { errorBody, ProtocolError } from '@protocol/error.js';
import type { WorkspaceEvent } from '@protocol/event.js';
import type { Presence, PresenceMove } from '@protocol/presence.js';
import { DocumentKeeping } from './document-keeping.js';
import type { DocumentStore } from './document-store.js';
import { LiveDocument } from './live-document.js';
import type { RoomState } from './room-state.js';
import { call, openSocket, type RoomSocket } from './room-socket.js';
import type { UnsentFile } from './unsent-text.js';

type RoomListeners = {
  state: () => void;
  present: () => void;
  event: (event: WorkspaceEvent) => void;
  /** What the person wrote and may not send any more; told before the room closes. */
  givenUp: (files: readonly UnsentFile[]) => void;
};

/** A cursor that moves with every key is told at most this often. */
const PRESENCE_INTERVAL_MS = 50;
/** What is not found was there, for whoever has a room of it. */
const WITHDRAWN = 'Your access to this repository was withdrawn. What you wrote and was saved is kept in it.';
/** Before an attempt that the server refused for now is made again. */
const RETRY_MS = 1_000;

export type Whereabouts = Pick<PresenceMove, 'path' | 'cursor' | 'idle'>;

/**
 * One workspace, seen from one client, in a browser or in Node. Connects on
 * `start`, reconnects for ever, ends on `stop`. Guarantee: what its documents
 * hold that the server has not acknowledged is sent again after every
 * reconnect, other people's included.
 */
export class Room {
  readonly workspaceId: string;
  readonly socket: RoomSocket;
  readonly present = new Map<string, Presence>();
  /** Raised with every change of `present`. */
  presentVersion = 0;
  #state: RoomState = { kind: 'connecting' };
  readonly #documents = new Map<string, LiveDocument>();
  readonly #listeners = { state: new Set(), present: new Set(), event: new Set(), givenUp: new Set() } as {
    [Name in keyof RoomListeners]: Set<RoomListeners[Name]>;
  };
  #where: Whereabouts = { path: null, cursor: null, idle: false };
  #count = 0;
  #presenceTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #leaving = false;

  readonly #kept: DocumentStore | undefined;

  /** @param options.person whose room this is: the server refuses it once somebody else is signed in here */
  constructor(options: {
    url: string;
    workspaceId: string;
    headers?: Record<string, string>;
    person?: string;
    kept?: DocumentStore;
  }) {
    this.workspaceId = options.workspaceId;
    this.#kept = options.kept;
    this.socket = openSocket(options.url, { headers: options.headers, person: options.person });
    this.socket.on('connect', () => void this.#join());
    this.socket.on('disconnect', (reason) => {
      this.#leave();
      // The server ended this connection on purpose; Socket.IO would not come back by itself.
      if (reason === 'io server disconnect' && this.#state.kind !== 'closed') this.socket.connect();
    });
    this.socket.on('connect_error', (error) => this.#refused(error));
    this.socket.on('presence:changed', (news) => {
      if (news.workspaceId !== this.workspaceId) return;
      for (const presence of news.upserted) this.present.set(presence.connectionId, presence);
      for (const connectionId of news.removed) this.present.delete(connectionId);
      this.#tell('present');
    });
    this.socket.on('event:added', (event) => {
      if (event.workspaceId !== this.workspaceId) return;
      this.#follow(event);
      for (const listener of this.#listeners.event) listener(event);
    });
    this.socket.on('workspace:closed', (news) => {
      if (news.workspaceId === this.workspaceId) this.#close(news.reason, news.message);
    });
    this.socket.on('workspace:changed', ({ workspaceId, role }) => {
      if (workspaceId !== this.workspaceId || this.#state.kind !== 'joined') return;
      this.#set({ ...this.#state, role });
      for (const document of this.#documents.values()) document.join();
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  start(): void {
    this.socket.connect();
  }

  stop(): void {
    clearTimeout(this.#presenceTimer);
    clearTimeout(this.#retryTimer);
    this.socket.disconnect();
    for (const document of this.#documents.values()) document.stop();
    this.#documents.clear();
  }

  subscribe<Name extends keyof RoomListeners>(name: Name, listener: RoomListeners[Name]): () => void {
    this.#listeners[name].add(listener);
    return () => this.#listeners[name].delete(listener);
  }

  /** Says where we are. Only the latest is told, and again after a reconnect. */
  movePresence(where: Whereabouts): void {
    this.#where = where;
    this.#presenceTimer ??= setTimeout(() => {
      this.#presenceTimer = undefined;
      this.#tellPresence();
    }, PRESENCE_INTERVAL_MS);
  }

  /** The live document of a path, the same for everybody who asks. Each `open` wants its `close`. */
  openDocument(path: string): LiveDocument {
    let document = this.#documents.get(path);
    if (!document) {
      document = this.#newDocument(path);
      this.#documents.set(path, document);
      if (this.#state.kind === 'joined') document.join();
      else if (this.#state.kind === 'away') document.disconnected();
    } else if (document.state.kind === 'refused' && this.#state.kind === 'joined') document.join();
    document.holders++;
    return document;
  }

  /** Open documents go along with a file or folder that is moved, with all that is unsaved in them. */
  moveDocument(from: string, to: string): void {
    const within = [...this.#documents.values()].filter((document) => isWithin(document.path, from));
    for (const document of within) {
      const path = to + document.path.slice(from.length);
      if (this.#documents.has(path)) continue;
      this.#documents.delete(document.path);
      document.path = path;
      this.#documents.set(path, document);
    }
  }

  /** Whether the server's database lacks anything that was typed here. */
  get isUnsaved(): boolean {
    return [...this.#documents.values()].some((document) => document.isUnsaved);
  }

  /** @throws {ProtocolError} `unavailable` where something that was typed here is not stored in time */
  async whenSaved(withinMs: number): Promise<void> {
    const unsaved = [...this.#documents.values()].filter((document) => document.isUnsaved);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const paths = unsaved.filter((document) => document.isUnsaved).map((document) => document.path);
        reject(new ProtocolError('unavailable', `What you typed in ${paths.join(', ')} is not stored yet.`));
      }, withinMs);
    });
    try {
      await Promise.race([Promise.all(unsaved.map((document) => document.whenSaved())), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops as soon as everything that was typed is stored: at once, or when the server is back. */
  stopWhenSaved(): void {
    this.#leaving = true;
    this.movePresence({ path: null, cursor: null, idle: true });
    for (const document of this.#documents.values()) if (!document.isUnsaved) document.stop();
    if (!this.isUnsaved) this.stop();
  }

  /** Before the page goes: writes at once what this device has not kept yet. */
  keepNow(): void {
    for (const document of this.#documents.values()) document.keepNow();
  }

  /** Whether leaving the page now would lose anything that was typed here. */
  get isAtRisk(): boolean {
    return [...this.#documents.values()].some((document) => document.isAtRisk);
  }

  #newDocument(path: string): LiveDocument {
    const place = () => ({ workspaceId: this.workspaceId, path: document.path });
    const keeping = this.#kept && new DocumentKeeping(this.#kept, place, () => document.keepingFailed());
    const document: LiveDocument = new LiveDocument(
      this.socket,
      this.workspaceId,
      path,
      (ended) => this.#forget(ended),
      (file) => this.#giveUp([file]),
      keeping,
    );
    keeping
      ?.load()
      .then((kept) => document.loaded(kept))
      .catch(() => {});
    return document;
  }

  /** Whatever an earlier visit could not send, of files that nobody has opened since too. */
  async #sendKept(): Promise<void> {
    const unsent = (await this.#kept?.unsent(this.workspaceId)) ?? [];
    if (this.#state.kind !== 'joined') return;
    for (const { path } of unsent) if (!this.#documents.has(path)) this.openDocument(path).close();
  }

  async #join(): Promise<void> {
    const connection = this.socket.id;
    try {
      const joined = await call(this.socket, 'workspace:join', { workspaceId: this.workspaceId });
      if (this.socket.id !== connection) return;
      this.present.clear();
      for (const presence of joined.present) this.present.set(presence.connectionId, presence);
      this.#set({ kind: 'joined', connectionId: joined.connectionId, role: joined.role });
      this.#tell('present');
      this.#tellPresence();
      for (const document of this.#documents.values()) document.join();
      // A device that cannot be read keeps nothing that could be sent.
      this.#sendKept().catch(() => {});
    } catch (error) {
      if (this.socket.id !== connection) return;
      // Whoever made this room has been in it.
      if (error instanceof ProtocolError && error.code === 'not-found') this.#close('withdrawn', WITHDRAWN);
      else if (error instanceof ProtocolError && !error.retry) this.#shut(error);
      else this.#retryTimer = setTimeout(() => this.socket.connected && void this.#join(), RETRY_MS);
    }
  }

  /** An open file that was moved stays open; one that comes or goes is looked for again. */
  #follow(event: WorkspaceEvent): void {
    switch (event.type) {
      case 'file.moved':
        this.moveDocument(event.payload.from, event.payload.to);
        this.#lookAgain();
        break;
      case 'branch.merged':
      case 'branch.restored':
      case 'branch.discarded':
      case 'branch.recovered':
      case 'workspace.moved':
        this.#lookAgain();
        break;
      case 'file.created':
      case 'file.replaced':
      case 'file.deleted':
      case 'file.restored':
      case 'file.reverted':
      case 'file.discarded':
        if (this.#state.kind === 'joined')
          for (const document of this.#documents.values())
            if (isWithin(document.path, event.payload.path)) document.join();
    }
  }

  /** What could not be opened may be there now. */
  #lookAgain(): void {
    if (this.#state.kind !== 'joined') return;
    for (const document of this.#documents.values()) if (document.state.kind === 'refused') document.join();
  }

  #forget(ended: LiveDocument): void {
    if (this.#documents.get(ended.path) === ended) this.#documents.delete(ended.path);
    if (this.#leaving && !this.isUnsaved) this.stop();
  }

  #leave(): void {
    this.present.clear();
    for (const document of this.#documents.values()) document.disconnected();
    if (this.#state.kind !== 'closed') this.#set({ kind: 'away', since: Date.now() });
    this.#tell('present');
  }

  #refused(error: Error & { data?: unknown }): void {
    const body = errorBody.safeParse(error.data);
    if (body.success && !body.data.retry) this.#shut(body.data);
    else {
      if (this.#state.kind === 'connecting') this.#leave();
      // A refusal by the server, unlike an unreachable one, is not tried again by Socket.IO.
      if (body.success) this.#retryTimer = setTimeout(() => this.socket.connect(), RETRY_MS);
    }
  }

  #shut({ code, message }: Pick<ProtocolError, 'code' | 'message'>): void {
    this.#close(code === 'unauthenticated' ? 'signed-out' : 'refused', message);
  }

  #close(reason: Extract<RoomState, { kind: 'closed' }>['reason'], message: string): void {
    if (this.#state.kind === 'closed') return;
    if (reason === 'withdrawn') {
      this.#giveUp([...this.#documents.values()].map((document) => document.unsent));
      for (const document of this.#documents.values()) document.abandon();
    }
    this.#set({ kind: 'closed', reason, message });
    this.socket.disconnect();
  }

  #giveUp(files: readonly UnsentFile[]): void {
    const written = files.filter((file) => file.passages.length > 0);
    if (written.length > 0) for (const listener of this.#listeners.givenUp) listener(written);
  }

  #tellPresence(): void {
    if (this.#state.kind !== 'joined') return;
    const move = { workspaceId: this.workspaceId, count: ++this.#count, ...this.#where };
    // A lost move is followed by a newer one: no answer is asked for.
    this.socket.emit('presence:move', move);
  }

  #set(state: RoomState): void {
    this.#state = state;
    this.#tell('state');
  }

  #tell(name: 'state' | 'present'): void {
    if (name === 'present') this.presentVersion++;
    for (const listener of this.#listeners[name]) listener();
  }
}

/** Whether a path is this one or lies in it. */
const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
