import { setTimeout as pause } from 'node:timers/promises';
import * as Y from 'yjs';
import type { Metrics, Task } from '../bench.js';
import { typing } from './edits.js';
import { closePeers, joinPeers, percentile, signal } from './peers.js';

const CLIENTS = 50;
/** As many as make a server fast that has been running for a while. */
const WARM_UP_KEYS = 300;
const WARM_UP_KEY_EVERY_MS = 10;
const KEYS = 100;
const KEY_EVERY_MS = 50;

/** One types, 49 see it: from the key to each screen. */
export async function latency({ endpoint, documents }: Task): Promise<Metrics> {
  const peers = await joinPeers(endpoint, documents[0]!, CLIENTS);
  const [typist, ...watchers] = peers;
  const sentAt: number[] = [];
  const taken: number[] = [];
  let seen = 0;
  const all = signal();
  for (const watcher of watchers) {
    watcher.onUpdate = (update) => {
      const now = performance.now();
      const { from, to } = Y.parseUpdateMeta(update);
      for (let clock = from.get(typist!.clientId)!; clock < to.get(typist!.clientId)!; clock++) {
        if (clock >= WARM_UP_KEYS) taken.push(now - sentAt[clock]!);
        if (++seen === watchers.length * (WARM_UP_KEYS + KEYS)) all.fulfil();
      }
    };
  }
  for (const update of typing(typist!.clientId, WARM_UP_KEYS + KEYS)) {
    sentAt.push(performance.now());
    typist!.send(update);
    await pause(sentAt.length < WARM_UP_KEYS ? WARM_UP_KEY_EVERY_MS : KEY_EVERY_MS);
  }
  await all.promise;
  await typist!.settled();
  await closePeers(peers);
  return { p50_ms: percentile(taken, 0.5), p99_ms: percentile(taken, 0.99) };
}
