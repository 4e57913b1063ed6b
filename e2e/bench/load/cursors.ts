import type { Metrics, Task } from '../bench.js';
import { processorTime } from '../processor-time.js';
import { closePeers, joinPeers, percentile, signal } from './peers.js';

const CLIENTS = 50;
const MOVES_PER_SECOND = 10;
const WARM_UP_MOVES = 10;
const MOVES = 50;

/**
 * Everybody moves, everybody sees it. A state that was overtaken by a newer one
 * counts as delivered with the newer: that is what cursors are for.
 */
export async function cursors({ endpoint, documents }: Task): Promise<Metrics> {
  const peers = await joinPeers(endpoint, documents[0]!, CLIENTS);
  await Promise.all(peers.map((peer) => peer.joinCursors()));
  const sentAt = new Map(peers.map((peer) => [peer.clientId, [0]]));
  const taken: number[] = [];
  let awaited = CLIENTS * (CLIENTS - 1) * (WARM_UP_MOVES + MOVES);
  const all = signal();
  for (const peer of peers) {
    const last = new Map<number, number>();
    peer.onCursor = (clientId, count) => {
      const sent = sentAt.get(clientId);
      if (clientId === peer.clientId || !sent) return;
      const now = performance.now();
      for (let each = (last.get(clientId) ?? 0) + 1; each <= count; each++) {
        if (each > WARM_UP_MOVES) taken.push(now - sent[each]!);
        if (--awaited === 0) all.fulfil();
      }
      last.set(clientId, Math.max(count, last.get(clientId) ?? 0));
    };
  }
  const move = async (from: number, to: number): Promise<void> => {
    for (let count = from; count <= to; count++) {
      const roundEndsAt = performance.now() + 1000 / MOVES_PER_SECOND;
      for (const [index, peer] of peers.entries()) {
        // Not all in the same moment: people are not in step.
        const due = roundEndsAt - ((CLIENTS - index) * 1000) / MOVES_PER_SECOND / CLIENTS;
        await until(due);
        sentAt.get(peer.clientId)![count] = performance.now();
        peer.sendCursor(count);
      }
      await until(roundEndsAt);
    }
  };
  await move(1, WARM_UP_MOVES);
  const before = processorTime(endpoint);
  await move(WARM_UP_MOVES + 1, WARM_UP_MOVES + MOVES);
  await all.promise;
  const after = processorTime(endpoint);
  await closePeers(peers);
  return {
    p99_ms: percentile(taken, 0.99),
    server_cpu_us_per_update: (after.serverUs - before.serverUs) / taken.length,
    database_cpu_us_per_update: (after.databaseUs - before.databaseUs) / taken.length,
  };
}

function until(time: number): Promise<void> | undefined {
  const wait = time - performance.now();
  return wait > 0 ? new Promise((resolve) => setTimeout(resolve, wait)) : undefined;
}
