import type { Metrics, Task } from '../bench.js';
import { countEdits, LARGE_DOCUMENT_LENGTH, largeDocument, textOf } from './edits.js';
import { closePeers, joinPeers, makePeer, signal } from './peers.js';

const CLIENTS = 200;

/** Everybody opens one large document at once, from no connection to the last byte. */
export async function coldJoin({ endpoint, documents }: Task): Promise<Metrics> {
  const [author, reader] = await joinPeers(endpoint, documents[0]!, 2);
  const there = signal();
  let edits = 0;
  reader!.onUpdate = (update) => {
    edits += countEdits(update);
    if (edits === LARGE_DOCUMENT_LENGTH) there.fulfil();
  };
  author!.send(largeDocument(author!.clientId));
  await Promise.all([there.promise, author!.settled()]);
  const peers = Array.from({ length: CLIENTS }, () => makePeer(endpoint, documents[0]!));
  const startedAt = performance.now();
  const states = await Promise.all(peers.map((peer) => peer.join()));
  const ms = performance.now() - startedAt;
  check(states);
  await closePeers([author!, reader!, ...peers]);
  return { ms };
}

/** The first who opens the document after the server was started anew. */
export async function lateJoin({ endpoint, documents }: Task): Promise<Metrics> {
  const peer = makePeer(endpoint, documents[0]!);
  const startedAt = performance.now();
  const state = await peer.join();
  const ms = performance.now() - startedAt;
  check([state]);
  await peer.close();
  return { restart_ms: ms };
}

function check(states: readonly Uint8Array[]): void {
  const first = Buffer.from(states[0]!);
  for (const state of states) if (!first.equals(state)) throw new Error('two got different documents');
  const { length } = textOf([first]);
  if (length !== LARGE_DOCUMENT_LENGTH) throw new Error(`the document came with ${length} characters`);
}
