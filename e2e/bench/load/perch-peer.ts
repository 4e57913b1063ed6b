import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import { mergeUpdates } from '../../../client/lib/room/merge-updates.js';
import type { CallBody, CallReply, ClientEvent, Result } from '../../../server/protocol/client-events.js';
import {
  UPDATE_MAX_BYTES,
  type DocumentSnapshot,
  type DocumentUpdated,
} from '../../../server/protocol/document.js';
import { Decoder, Encoder } from '../../../server/protocol/packet-parser.js';
import { PROTOCOL_VERSION } from '../../../server/protocol/version.js';
import type { Peer, PeerOptions } from './peer.js';
import { closeSocket, openSocket } from './socket.js';

/** As the product's client (client/lib/room/document-outbox.ts) sends: see there. */
const WINDOW = 8;
const PUSH_INTERVAL_MS = 5;
const UNACKNOWLEDGED_INTERVAL_MS = 30;

const CONNECT = 0;
const EVENT = 2;
const ACK = 3;
const CONNECT_ERROR = 4;
const PING = '2';
const PONG = '3';

type Packet = { type: number; nsp: string; data?: unknown; id?: number };
type Answer = (result: Result<never>) => void;

/** Which connection is whose: a presence names the connection, a measurement the client. */
const clientOfConnection = new Map<string, number>();

/** A person signed in to Perch, in one document: Engine.IO and Socket.IO by hand on a bare WebSocket, as the others have it. */
export class PerchPeer implements Peer {
  readonly clientId: number;
  onUpdate: Peer['onUpdate'] = () => {};
  onCursor: Peer['onCursor'] = () => {};
  readonly #encoder = new Encoder();
  readonly #decoder = new Decoder();
  readonly #answers = new Map<number, Answer>();
  #socket!: WebSocket;
  #calls = 0;
  #connected: () => void = () => {};
  #snapshot: Uint8Array | undefined;
  #document: { documentId: string; generation: number } | undefined;
  #outgoing: Uint8Array[] = [];
  #inFlight = 0;
  #pushedAt = 0;
  #gathering = false;
  #timer: NodeJS.Timeout | undefined;
  #settled: () => void = () => {};

  constructor(private readonly options: PeerOptions) {
    this.clientId = options.clientId;
    this.#decoder.on('decoded', (packet) => this.#readPacket(packet));
  }

  async join(): Promise<Uint8Array> {
    const { endpoint, document, clientId } = this.options;
    const { cookies, workspaceId } = endpoint.perch!;
    const connected = new Promise<void>((resolve) => (this.#connected = resolve));
    const { socket, opened } = openSocket(
      `${endpoint.url}/socket/?EIO=4&transport=websocket`,
      (data, isBinary) => this.#read(data, isBinary),
      { cookie: cookies[clientId % cookies.length]! },
    );
    this.#socket = socket;
    await opened;
    this.#write({ type: CONNECT, nsp: '/', data: { protocol: PROTOCOL_VERSION } });
    await connected;
    const state = await this.#call('document:join', { workspaceId, path: document, clientId, known: null });
    if (state.kind !== 'live') throw new Error(`${document} is no text`);
    this.#document = { documentId: state.documentId, generation: state.generation };
    const updates = state.hasSnapshot ? [this.#snapshot!, ...state.updates] : state.updates;
    return updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates);
  }

  async joinCursors(): Promise<void> {
    const { workspaceId } = this.options.endpoint.perch!;
    const { connectionId } = await this.#call('workspace:join', { workspaceId });
    clientOfConnection.set(connectionId, this.clientId);
  }

  send(update: Uint8Array): void {
    this.#outgoing.push(update);
    if (this.#gathering) return;
    this.#gathering = true;
    queueMicrotask(() => {
      this.#gathering = false;
      this.#flush();
    });
  }

  sendCursor(count: number): void {
    const { document, endpoint, clientId } = this.options;
    const position = Y.encodeRelativePosition(
      new Y.RelativePosition(null, null, Y.createID(clientId, count), 0),
    );
    const cursor = { path: document, anchor: position, head: position };
    const move = {
      workspaceId: endpoint.perch!.workspaceId,
      count,
      path: document,
      cursor,
      idle: false,
    } satisfies CallBody<'presence:move'>;
    this.#write({ type: EVENT, nsp: '/', data: ['presence:move', move] });
  }

  settled(): Promise<void> {
    if (this.#outgoing.length + this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#settled = resolve));
  }

  close(): Promise<void> {
    return closeSocket(this.#socket);
  }

  #flush(): void {
    if (this.#outgoing.length === 0 || this.#inFlight === WINDOW) return;
    clearTimeout(this.#timer);
    const interval = this.#inFlight > 0 ? UNACKNOWLEDGED_INTERVAL_MS : PUSH_INTERVAL_MS;
    const early = this.#pushedAt + interval - performance.now();
    if (early > 0) {
      this.#timer = setTimeout(() => this.#flush(), early);
      return;
    }
    this.#pushedAt = performance.now();
    const update = mergeUpdates(this.#outgoing);
    this.#outgoing = [];
    this.#inFlight++;
    void this.#push(update).then(() => {
      this.#inFlight--;
      this.#flush();
      if (this.#outgoing.length + this.#inFlight === 0) this.#settled();
    });
  }

  async #push(update: Uint8Array): Promise<void> {
    const pieces: Promise<unknown>[] = [];
    for (let at = 0; at < update.byteLength; at += UPDATE_MAX_BYTES) {
      const more = at + UPDATE_MAX_BYTES < update.byteLength || undefined;
      const piece = update.subarray(at, at + UPDATE_MAX_BYTES);
      pieces.push(this.#call('document:push', { ...this.#document!, update: piece, more }));
    }
    await Promise.all(pieces);
  }

  #call<Event extends ClientEvent>(event: Event, body: CallBody<Event>): Promise<CallReply<Event>> {
    return new Promise((resolve, reject) => {
      const id = this.#calls++;
      this.#answers.set(id, ((result: Result<CallReply<Event>>) => {
        if (result.ok) resolve(result.reply);
        else reject(new Error(`${event}: ${result.error.code}: ${result.error.message}`));
      }) as Answer);
      this.#write({ type: EVENT, nsp: '/', data: [event, body], id });
    });
  }

  #write(packet: Packet): void {
    this.#socket.send(this.#encoder.encode(packet)[0]);
  }

  #read(data: Uint8Array, isBinary: boolean): void {
    if (isBinary) this.#decoder.add(data);
    else if (Buffer.from(data).toString() === PING) this.#socket.send(PONG);
  }

  #readPacket({ type, data, id }: Packet): void {
    if (type === ACK) {
      this.#answers.get(id!)?.((data as [Result<never>])[0]);
      this.#answers.delete(id!);
    } else if (type === EVENT) this.#hear(data as [string, never]);
    else if (type === CONNECT) this.#connected();
    else if (type === CONNECT_ERROR) throw new Error(`refused: ${JSON.stringify(data)}`);
  }

  #hear([event, news]: [string, never]): void {
    if (event === 'document:snapshot') this.#snapshot = (news as DocumentSnapshot).update;
    else if (event === 'document:updated') {
      for (const update of (news as DocumentUpdated).updates) this.onUpdate(update);
    } else if (event === 'presence:changed') {
      const { upserted } = news as { upserted: { connectionId: string; count: number }[] };
      for (const { connectionId, count } of upserted) {
        const clientId = clientOfConnection.get(connectionId);
        if (clientId !== undefined) this.onCursor(clientId, count);
      }
    }
  }
}
