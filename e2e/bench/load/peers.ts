import type { Endpoint } from '../bench.js';
import type { Peer } from './peer.js';
import { PerchPeer } from './perch-peer.js';
import { RelayPeer } from './relay-peer.js';
import { YjsPeer } from './yjs-peer.js';

const FIRST_CLIENT_ID = 1_000;
let made = 0;

/** A client with a Yjs client id of its own; the same ids in the same order in every run. */
export function makePeer(endpoint: Endpoint, document: string): Peer {
  const options = { endpoint, document, clientId: FIRST_CLIENT_ID + made++ };
  if (endpoint.system === 'perch') return new PerchPeer(options);
  return endpoint.system === 'relay' ? new RelayPeer(options) : new YjsPeer(options);
}

export async function joinPeers(endpoint: Endpoint, document: string, count: number): Promise<Peer[]> {
  const peers = Array.from({ length: count }, () => makePeer(endpoint, document));
  await Promise.all(peers.map((peer) => peer.join()));
  return peers;
}

export const closePeers = (peers: readonly Peer[]): Promise<unknown> =>
  Promise.all(peers.map((peer) => peer.close()));

/** A promise and the function that fulfils it. */
export function signal(): { promise: Promise<void>; fulfil: () => void } {
  let fulfil = (): void => {};
  const promise = new Promise<void>((resolve) => (fulfil = resolve));
  return { promise, fulfil };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
