import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { WebSocket } from 'ws';
import * as Y from 'yjs';
import { encodeCursor, readCursors } from './awareness.js';
import type { Peer, PeerOptions } from './peer.js';
import { closeSocket, openSocket } from './socket.js';

const SYNC = 0;
const AWARENESS = 1;
const AUTH = 2;
const SYNC_REPLY = 4;
const SYNC_STATUS = 8;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const NOTHING = Y.encodeStateVector(new Y.Doc());
const NO_UPDATE = Y.encodeStateAsUpdate(new Y.Doc());

/** y-protocols over a WebSocket: y-websocket's server as it is, Hocuspocus with a document's name before each message, a token, and acknowledgements. */
export class YjsPeer implements Peer {
  readonly clientId: number;
  onUpdate: Peer['onUpdate'] = () => {};
  onCursor: Peer['onCursor'] = () => {};
  readonly #isHocuspocus: boolean;
  #socket!: WebSocket;
  #joined: (state: Uint8Array) => void = () => {};
  #unacknowledged = 0;
  #settled: () => void = () => {};

  constructor(private readonly options: PeerOptions) {
    this.clientId = options.clientId;
    this.#isHocuspocus = options.endpoint.system === 'hocuspocus';
  }

  async join(): Promise<Uint8Array> {
    const { endpoint, document } = this.options;
    const state = new Promise<Uint8Array>((resolve) => (this.#joined = resolve));
    const path = this.#isHocuspocus ? '' : document;
    const { socket, opened } = openSocket(`${endpoint.url}/${path}`, (data) => this.#read(data));
    this.#socket = socket;
    await opened;
    if (this.#isHocuspocus) {
      this.#write(AUTH, (encoder) => {
        encoding.writeVarUint(encoder, 0);
        encoding.writeVarString(encoder, 'token');
      });
    } else this.#sync(STEP_1, NOTHING);
    return state;
  }

  async joinCursors(): Promise<void> {}

  send(update: Uint8Array): void {
    if (this.#isHocuspocus) this.#unacknowledged++;
    this.#sync(UPDATE, update);
  }

  sendCursor(count: number): void {
    this.#write(AWARENESS, (encoder) =>
      encoding.writeVarUint8Array(encoder, encodeCursor(this.clientId, count)),
    );
  }

  settled(): Promise<void> {
    if (this.#unacknowledged <= 0) return Promise.resolve();
    return new Promise((resolve) => (this.#settled = resolve));
  }

  close(): Promise<void> {
    return closeSocket(this.#socket);
  }

  #sync(step: number, bytes: Uint8Array): void {
    this.#write(SYNC, (encoder) => {
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, bytes);
    });
  }

  #write(type: number, body: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    if (this.#isHocuspocus) encoding.writeVarString(encoder, this.options.document);
    encoding.writeVarUint(encoder, type);
    body(encoder);
    this.#socket.send(encoding.toUint8Array(encoder));
  }

  #read(data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    if (this.#isHocuspocus) decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === SYNC || type === SYNC_REPLY) this.#readSync(decoder);
    else if (type === AWARENESS) readCursors(decoding.readVarUint8Array(decoder), this.onCursor);
    else if (type === AUTH) this.#sync(STEP_1, NOTHING);
    else if (type === SYNC_STATUS && --this.#unacknowledged <= 0) this.#settled();
  }

  #readSync(decoder: decoding.Decoder): void {
    const step = decoding.readVarUint(decoder);
    if (step === UPDATE) this.onUpdate(decoding.readVarUint8Array(decoder));
    else if (step === STEP_2) this.#joined(decoding.readVarUint8Array(decoder));
    else {
      // The server asks what we have: nothing. Hocuspocus acknowledges that, too.
      if (this.#isHocuspocus) this.#unacknowledged++;
      this.#sync(STEP_2, NO_UPDATE);
    }
  }
}
