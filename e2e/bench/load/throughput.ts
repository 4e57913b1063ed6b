import * as Y from 'yjs';
import type { Endpoint, Metrics, Task } from '../bench.js';
import { processorTime, residentMegabytes } from '../processor-time.js';
import { textOf, typing } from './edits.js';
import type { Peer } from './peer.js';
import { closePeers, joinPeers, makePeer, signal } from './peers.js';

const CLIENTS_PER_DOCUMENT = 5;
const READERS = CLIENTS_PER_DOCUMENT - 1;
const WARM_UP = 1_500;
const UPDATES = 4_000;
/** Updates of one client that not all of its readers have. */
const WINDOW = 16;

type Writer = { peer: Peer; updates: Uint8Array[]; sent: number; delivered: number };

/** Everybody types as fast as the others get it: updates delivered, and what the server spends on each. */
export async function throughput({ endpoint, documents }: Task): Promise<Metrics> {
  const groups = await Promise.all(documents.map((document) => group(endpoint, document)));
  const writers = groups.flat();
  await exchange(groups, WARM_UP);
  const before = processorTime(endpoint);
  const startedAt = performance.now();
  await exchange(groups, WARM_UP + UPDATES);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = processorTime(endpoint);
  const delivered = writers.length * UPDATES * READERS;
  const metrics = {
    updates_per_second: delivered / seconds,
    server_cpu_us_per_update: (after.serverUs - before.serverUs) / delivered,
    database_cpu_us_per_update: (after.databaseUs - before.databaseUs) / delivered,
    rss_mb: residentMegabytes(endpoint.serverPid),
  };
  for (const document of documents) await checkStored(endpoint, document);
  await closePeers(writers.map((writer) => writer.peer));
  return metrics;
}

async function group(endpoint: Endpoint, document: string): Promise<Writer[]> {
  const peers = await joinPeers(endpoint, document, CLIENTS_PER_DOCUMENT);
  return peers.map((peer) => ({
    peer,
    updates: typing(peer.clientId, WARM_UP + UPDATES),
    sent: 0,
    delivered: 0,
  }));
}

/** Until everybody has `until` updates of everybody in his document, and every one is acknowledged. */
async function exchange(groups: Writer[][], until: number): Promise<void> {
  const all = signal();
  let unfinished = groups.flat().length;
  for (const group of groups) {
    const writerOf = new Map(group.map((writer) => [writer.peer.clientId, writer]));
    for (const reader of group) {
      reader.peer.onUpdate = (update) => {
        const { from, to } = Y.parseUpdateMeta(update);
        for (const [clientId, clock] of to) {
          const writer = writerOf.get(clientId)!;
          // Some servers send an author his own update again.
          if (writer === reader) continue;
          writer.delivered += clock - from.get(clientId)!;
          if (writer.delivered === until * READERS && --unfinished === 0) all.fulfil();
          send(writer, until);
        }
      };
    }
  }
  for (const writer of groups.flat()) send(writer, until);
  await all.promise;
  await Promise.all(groups.flat().map((writer) => writer.peer.settled()));
}

function send(writer: Writer, until: number): void {
  while (writer.sent < until && (writer.sent + 1 - WINDOW) * READERS <= writer.delivered)
    writer.peer.send(writer.updates[writer.sent++]!);
}

async function checkStored(endpoint: Endpoint, document: string): Promise<void> {
  const late = makePeer(endpoint, document);
  const { length } = textOf([await late.join()]);
  await late.close();
  const expected = CLIENTS_PER_DOCUMENT * (WARM_UP + UPDATES);
  if (length !== expected) throw new Error(`${document} has ${length} characters, not ${expected}`);
}
