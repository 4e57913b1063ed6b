import type { Endpoint } from '../bench.js';

/** One client of one document, over its server's own protocol. As thin as the protocol allows, for all systems alike. */
export interface Peer {
  /** Yjs client id of the updates and cursors it sends. */
  readonly clientId: number;
  /** Connects, and resolves with the document's state once it is here. */
  join(): Promise<Uint8Array>;
  /** Takes part in cursors, where that has to be asked for. */
  joinCursors(): Promise<void>;
  send(update: Uint8Array): void;
  /** Its cursor for the `count`th time. */
  sendCursor(count: number): void;
  onUpdate: (update: Uint8Array) => void;
  onCursor: (clientId: number, count: number) => void;
  /** Resolves once everything sent is acknowledged, where the system acknowledges. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export type PeerOptions = { endpoint: Endpoint; document: string; clientId: number };
