import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import { encodeCursor, readCursors } from './awareness.js';
import type { Peer, PeerOptions } from './peer.js';
import { CURSOR, LOG, UPDATE } from './relay-message.js';
import { closeSocket, openSocket } from './socket.js';

/** A client of the bare relay: updates and awareness behind one byte. */
export class RelayPeer implements Peer {
  readonly clientId: number;
  onUpdate: Peer['onUpdate'] = () => {};
  onCursor: Peer['onCursor'] = () => {};
  #socket!: WebSocket;
  #joined: (log: Uint8Array) => void = () => {};

  constructor(private readonly options: PeerOptions) {
    this.clientId = options.clientId;
  }

  async join(): Promise<Uint8Array> {
    const { endpoint, document } = this.options;
    const log = new Promise<Uint8Array>((resolve) => (this.#joined = resolve));
    const { socket, opened } = openSocket(`${endpoint.url}/${document}`, (data) => this.#read(data));
    this.#socket = socket;
    await opened;
    return stateOf(await log);
  }

  async joinCursors(): Promise<void> {}

  send(update: Uint8Array): void {
    this.#socket.send(Buffer.concat([Buffer.of(UPDATE), update]));
  }

  sendCursor(count: number): void {
    this.#socket.send(Buffer.concat([Buffer.of(CURSOR), encodeCursor(this.clientId, count)]));
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return closeSocket(this.#socket);
  }

  #read(data: Uint8Array): void {
    if (data[0] === UPDATE) this.onUpdate(data.subarray(1));
    else if (data[0] === CURSOR) readCursors(data.subarray(1), this.onCursor);
    else if (data[0] === LOG) this.#joined(data.subarray(1));
  }
}

function stateOf(log: Uint8Array): Uint8Array {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const updates: Uint8Array[] = [];
  for (let at = 0; at < log.byteLength;) {
    const length = view.getUint32(at, true);
    updates.push(log.subarray(at + 5, at + 4 + length));
    at += 4 + length;
  }
  if (updates.length === 1) return updates[0]!;
  const document = new Y.Doc();
  for (const update of updates) Y.applyUpdate(document, update);
  return Y.encodeStateAsUpdate(document);
}
