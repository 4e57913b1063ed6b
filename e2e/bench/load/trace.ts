import type { Metrics, Task } from '../bench.js';
import { countEdits, session, textOf } from './edits.js';
import { closePeers, joinPeers, signal } from './peers.js';

const EDITS = 250_000;
/** Edits on their way to the reader. */
const WINDOW = 4_000;

/** A session of single edits, from one client to another, as fast as it goes. */
export async function trace({ endpoint, documents }: Task): Promise<Metrics> {
  const peers = await joinPeers(endpoint, documents[0]!, 2);
  const [writer, reader] = peers;
  const { updates, text } = session(writer!.clientId, EDITS);
  const received: Uint8Array[] = [];
  let sent = 0;
  let delivered = 0;
  const all = signal();
  const send = (): void => {
    while (sent < EDITS && sent - delivered < WINDOW) writer!.send(updates[sent++]!);
  };
  reader!.onUpdate = (update) => {
    received.push(update.slice());
    delivered += countEdits(update);
    if (delivered === EDITS) all.fulfil();
    else send();
  };
  const startedAt = performance.now();
  send();
  await all.promise;
  await writer!.settled();
  const ms = performance.now() - startedAt;
  await closePeers(peers);
  return { ms, equal: textOf(received) === text };
}
