import { writeVarUint } from 'lib0/encoding';
import * as Y from 'yjs';

/** Yjs sorts everything it merges for every struct it writes: many at once would cost their number squared. */
const AT_ONCE = 16;

type DeleteSet = ReturnType<typeof Y.decodeUpdate>['ds'];

/**
 * One update of many that follow each other. What was typed in one go becomes
 * one struct, as it is in a document: Yjs's own merging keeps one a key, which
 * everybody would read, store and send on.
 */
export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  if (updates.length === 1) return updates[0]!;
  return joinRuns(updates) ?? mergeInSteps(updates);
}

/** Undefined where something else than text was edited, or an update does not continue the one before. */
function joinRuns(updates: readonly Uint8Array[]): Uint8Array | undefined {
  const clients = new Map<number, Y.Item[]>();
  const deletions: DeleteSet[] = [];
  for (const update of updates) {
    const { structs, ds } = Y.decodeUpdate(update);
    if (ds.clients.size > 0) deletions.push(ds);
    for (const struct of structs) {
      if (!(struct instanceof Y.Item && struct.content instanceof Y.ContentString)) return undefined;
      const items = clients.get(struct.id.client);
      const last = items?.at(-1);
      if (!items || !last) clients.set(struct.id.client, [struct]);
      else if (struct.id.clock !== last.id.clock + last.length) return undefined;
      else if (!continues(last, struct)) items.push(struct);
      else {
        (last.content as Y.ContentString).str += struct.content.str;
        last.length += struct.length;
      }
    }
  }
  return encode(clients, deletions);
}

function continues(last: Y.Item, next: Y.Item): boolean {
  return (
    next.origin !== null &&
    Y.compareIDs(next.origin, last.lastId) &&
    Y.compareIDs(next.rightOrigin, last.rightOrigin)
  );
}

/** As Yjs writes an update (version 1): structs by client, the highest first, and what is deleted. */
function encode(clients: ReadonlyMap<number, readonly Y.Item[]>, deletions: DeleteSet[]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  writeVarUint(encoder.restEncoder, clients.size);
  for (const [client, items] of highestFirst(clients)) {
    writeVarUint(encoder.restEncoder, items.length);
    encoder.writeClient(client);
    writeVarUint(encoder.restEncoder, items[0]!.id.clock);
    for (const item of items) item.write(encoder, 0);
  }
  const deleted = Y.mergeDeleteSets(deletions).clients;
  writeVarUint(encoder.restEncoder, deleted.size);
  for (const [client, ranges] of highestFirst(deleted)) {
    encoder.resetDsCurVal();
    writeVarUint(encoder.restEncoder, client);
    writeVarUint(encoder.restEncoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
  return encoder.toUint8Array();
}

function highestFirst<Value>(byClient: ReadonlyMap<number, Value>): [number, Value][] {
  return [...byClient].sort(([one], [other]) => other - one);
}

function mergeInSteps(updates: readonly Uint8Array[]): Uint8Array {
  let left = updates;
  while (left.length > 1) {
    const merged: Uint8Array[] = [];
    for (let at = 0; at < left.length; at += AT_ONCE) {
      const group = left.slice(at, at + AT_ONCE);
      merged.push(group.length === 1 ? group[0]! : Y.mergeUpdates(group));
    }
    left = merged;
  }
  return left[0]!;
}
