import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** An awareness update of one client, as y-protocols writes it: what an editor tells of a cursor. */
export function encodeCursor(clientId: number, count: number): Uint8Array {
  const position = { type: null, tname: 'text', item: { client: clientId, clock: count }, assoc: 0 };
  const state = {
    user: { name: `Person ${clientId}`, color: '#30bced', colorLight: '#30bced33' },
    cursor: { anchor: position, head: position },
  };
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, clientId);
  encoding.writeVarUint(encoder, count);
  encoding.writeVarString(encoder, JSON.stringify(state));
  return encoding.toUint8Array(encoder);
}

/** Whose states an awareness update holds and how new each is. */
export function readCursors(update: Uint8Array, found: (clientId: number, count: number) => void): void {
  const decoder = decoding.createDecoder(update);
  const length = decoding.readVarUint(decoder);
  for (let index = 0; index < length; index++) {
    const clientId = decoding.readVarUint(decoder);
    const count = decoding.readVarUint(decoder);
    decoding.readVarUint8Array(decoder);
    found(clientId, count);
  }
}
