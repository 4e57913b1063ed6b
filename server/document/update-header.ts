import * as Y from 'yjs';
import { ProtocolError } from '../protocol/error.js';

export type UpdateHeader = {
  /** First clock of each client the update has structs of. */
  from: ReadonlyMap<number, number>;
  /** The clock after its last struct. */
  to: ReadonlyMap<number, number>;
  deletes: boolean;
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
  for (const struct of decoded.structs) {
    const { client, clock } = struct.id;
    const known = to.get(client);
    // A hole inside an update would leave everything behind it pending.
    if (struct instanceof Y.Skip || (known !== undefined && known !== clock)) {
      throw new ProtocolError('out-of-step', 'This edit has a gap; it is sent again.');
    }
    if (known === undefined) from.set(client, clock);
    to.set(client, clock + struct.length);
  }
  return { from, to, deletes: decoded.ds.clients.size > 0 };
}
