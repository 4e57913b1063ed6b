import * as Y from 'yjs';
import { ProtocolError } from '../protocol/error.js';

export type UpdateHeader = {
  /** First clock of each client the update has structs of. */
  from: ReadonlyMap<number, number>;
  /** The clock after its last struct. */
  to: ReadonlyMap<number, number>;
  deletes: boolean;
  /** In the order of their clocks, by client. */
  structs: ReadonlyMap<number, readonly (Y.Item | Y.GC)[]>;
};

/**
 * Reads whose structs an update holds, without applying it to a document.
 *
 * @throws {ProtocolError} `invalid` where the bytes are no update: they must never be stored (DOC8)
 */
export function readUpdateHeader(update: Uint8Array): UpdateHeader {
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  try {
    decoded = Y.decodeUpdate(update);
  } catch (error) {
    throw new ProtocolError(
      'invalid',
      'This edit is damaged and was not stored. Reload the page and make it again.',
      { cause: error },
    );
  }
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  const structs = new Map<number, (Y.Item | Y.GC)[]>();
  for (const struct of decoded.structs) {
    const { client, clock } = struct.id;
    const known = to.get(client);
    // A hole inside an update would leave everything behind it pending.
    if (struct instanceof Y.Skip || (known !== undefined && known !== clock)) {
      throw new ProtocolError('out-of-step', 'This edit has a gap; it is sent again.');
    }
    if (known === undefined) {
      from.set(client, clock);
      structs.set(client, []);
    }
    to.set(client, clock + struct.length);
    structs.get(client)?.push(struct);
  }
  return { from, to, deletes: decoded.ds.clients.size > 0, structs };
}

/** Whether all it inserts is text: anything else has a length that no editor shows, and moves everybody's cursors. */
export function isText({ structs }: UpdateHeader): boolean {
  for (const queue of structs.values())
    for (const struct of queue) if (struct instanceof Y.Item && !isTextContent(struct.content)) return false;
  return true;
}

function isTextContent(content: Y.Item['content']): boolean {
  return content instanceof Y.ContentString || content instanceof Y.ContentDeleted;
}

/**
 * Whether each struct builds on what is before `clocks` or comes before it in
 * the update. Yjs throws at what builds on itself, for everybody who ever
 * loads it, and keeps the rest waiting unseen.
 */
export function isFounded({ structs }: UpdateHeader, clocks: ReadonlyMap<number, number>): boolean {
  const reached = new Map<number, number>();
  const isThere = (id: Y.ID | null): boolean =>
    id === null || id.clock < Math.max(clocks.get(id.client) ?? 0, reached.get(id.client) ?? 0);
  let queues = [...structs].map(([client, queue]) => ({ client, queue, next: 0 }));
  while (queues.length > 0) {
    let hasMoved = false;
    for (const each of queues) {
      for (let struct = each.queue[each.next]; struct; struct = each.queue[++each.next]) {
        if (!foundations(struct).every(isThere)) break;
        reached.set(each.client, struct.id.clock + struct.length);
        hasMoved = true;
      }
    }
    if (!hasMoved) return false;
    queues = queues.filter(({ queue, next }) => next < queue.length);
  }
  return true;
}

function foundations(struct: Y.Item | Y.GC): (Y.ID | null)[] {
  if (!(struct instanceof Y.Item)) return [];
  return [struct.origin, struct.rightOrigin, struct.parent instanceof Y.ID ? struct.parent : null];
}
