import type { Socket } from 'socket.io-client';
import * as Y from 'yjs';
import type {
  CallBody,
  CallReply,
  ClientEvent,
  ClientToServerEvents,
  Result,
} from '../../protocol/client-events.js';
import { TEXT_NAME, UPDATE_MAX_BYTES } from '../../protocol/document.js';
import type { ServerToClientEvents } from '../../protocol/server-events.js';
import type { PerchServer } from '../../testing/perch-server.js';

type Live = Extract<CallReply<'document:join'>, { kind: 'live' }>;

/** Somebody's connection, as bytes: what no client of ours would send can be sent. */
export class DocumentTab {
  readonly doc = new Y.Doc();
  readonly heard: Uint8Array[] = [];
  documentId = '';
  generation = 0;

  private constructor(readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>) {
    socket.on('document:updated', ({ documentId, updates }) => {
      if (documentId !== this.documentId) return;
      this.heard.push(...updates);
      for (const update of updates) Y.applyUpdate(this.doc, update);
    });
  }

  static async connect(perch: PerchServer, cookie: string): Promise<DocumentTab> {
    const tab = new DocumentTab(perch.socket(cookie));
    tab.socket.connect();
    await new Promise<void>((resolve) => tab.socket.once('connect', () => resolve()));
    return tab;
  }

  static async in(
    perch: PerchServer,
    cookie: string,
    workspaceId: string,
    path: string,
  ): Promise<DocumentTab> {
    const tab = await DocumentTab.connect(perch, cookie);
    const joined = await tab.join(workspaceId, path);
    if (!joined.ok || joined.reply.kind !== 'live') throw new Error(JSON.stringify(joined));
    tab.enter(joined.reply);
    return tab;
  }

  get text(): string {
    return this.doc.getText(TEXT_NAME).toString();
  }

  /** Takes a state for its own, be it the server's answer or a guess. */
  enter(state: Pick<Live, 'documentId' | 'generation' | 'updates'>): void {
    this.documentId = state.documentId;
    this.generation = state.generation;
    for (const update of state.updates) Y.applyUpdate(this.doc, update);
  }

  state(): Pick<Live, 'documentId' | 'generation' | 'updates'> {
    const { documentId, generation } = this;
    return { documentId, generation, updates: [Y.encodeStateAsUpdate(this.doc)] };
  }

  async join(workspaceId: string, path: string): Promise<Result<CallReply<'document:join'>>> {
    const snapshots: Uint8Array[] = [];
    this.socket.once('document:snapshot', ({ update }) => void snapshots.push(update));
    const clientId = this.doc.clientID;
    const joined = await this.call('document:join', { workspaceId, path, clientId, known: null });
    if (joined.ok && joined.reply.kind === 'live') joined.reply.updates.unshift(...snapshots);
    return joined;
  }

  push(update: Uint8Array, more?: boolean): Promise<Result<CallReply<'document:push'>>> {
    const { documentId, generation } = this;
    return this.call('document:push', { documentId, generation, update, ...(more && { more }) });
  }

  /** Another Y.Doc of the same client: what is tried in it is not part of what comes after. */
  copy(): Y.Doc {
    const copy = new Y.Doc();
    copy.clientID = this.doc.clientID;
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.doc));
    return copy;
  }

  /** In pieces, all at once: the answer to each. */
  pushInPieces(update: Uint8Array): Promise<Result<CallReply<'document:push'>>[]> {
    const answers = [];
    for (let at = 0; at < update.byteLength; at += UPDATE_MAX_BYTES) {
      const end = at + UPDATE_MAX_BYTES;
      answers.push(this.push(update.subarray(at, end), end < update.byteLength));
    }
    return Promise.all(answers);
  }

  /** The update of an insertion made here. */
  insert(at: number, text: string, doc = this.doc): Uint8Array {
    const before = Y.encodeStateVector(doc);
    doc.getText(TEXT_NAME).insert(at, text);
    return Y.encodeStateAsUpdate(doc, before);
  }

  call<Event extends ClientEvent>(event: Event, body: CallBody<Event>): Promise<Result<CallReply<Event>>> {
    return (this.socket as Socket).timeout(40_000).emitWithAck(event, body) as Promise<
      Result<CallReply<Event>>
    >;
  }
}

export const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);
