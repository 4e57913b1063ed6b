import type { ProtocolError } from '@protocol/error.js';
import type { NotTextReason } from '@protocol/file.js';
import type { Role } from '@protocol/user.js';

/** Where the connection to a workspace's room stands. */
export type RoomState =
  | { kind: 'connecting' }
  | { kind: 'joined'; connectionId: string; role: Role }
  /** The server cannot be reached; everything typed is kept and sent when it is back. */
  | { kind: 'away'; since: number }
  /**
   * Ended for good, with the sentence to show. withdrawn: the right to read is
   * gone. unconfirmed: nobody could be asked whether it is there. signed-out: it
   * is there for whoever signs in again. refused: another protocol version.
   */
  | { kind: 'closed'; reason: 'withdrawn' | 'unconfirmed' | 'signed-out' | 'refused'; message: string };

/** Where one document stands. */
export type LiveDocumentState =
  | { kind: 'loading' }
  | {
      kind: 'live';
      writable: boolean;
      /**
       * saved: everything of ours is in the server's database. saving: on its way.
       * kept: the server is away or cannot store; what is unsaved is on this device only.
       * held: as kept, but the device takes nothing: it is in this window only.
       */
      save: 'saved' | 'saving' | 'kept' | 'held';
    }
  | { kind: 'not-text'; reason: NotTextReason; size: number; sha?: string; target?: string }
  | {
      kind: 'refused';
      error: ProtocolError;
      /** Whether some of our text was never sent and is kept on this device. */
      isKept: boolean;
    };
