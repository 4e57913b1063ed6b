import * as Y from 'yjs';
import { DOCUMENT_MAX_LENGTH, TEXT_NAME } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { StoredDocument } from './document-update.repository.js';
import { isFounded, isText, readUpdateHeader, type UpdateHeader } from './update-header.js';

/** What who joins takes beside a snapshot, before a new one is made. */
const WHOLE_MAX_ROWS = 200;
const WHOLE_MAX_ROW_BYTES = 16_000;

/**
 * One loaded document of this process: what is durable of it, as bytes, and a
 * Y.Doc only when somebody needs one. Made by DocumentService from stored
 * rows, dropped when nobody is in it and all is stored (DOC7). It never holds
 * less than what the database had when it was loaded: a state that cannot be
 * read throws instead (DOC5).
 */
export class DocumentRoom {
  readonly documentId: string;
  readonly workspaceId: string;
  readonly generation: number;
  /** The highest row that is in here together with all before it. */
  seq: number;
  readonly snapshotSeq: number;
  /** Rows appended by this process that await their commit. */
  pending = 0;
  /** Settled when all that was appended so far is stored. */
  lastAppend: Promise<void> = Promise.resolve();
  /** Who keeps it loaded: sockets of this process by their id, and the server's own work. */
  readonly holders = new Set<string | symbol>();
  /** The actor of every Yjs client id that may edit it (DOC9). */
  readonly clients: Map<number, string>;
  #document: Y.Doc;
  #tail: Uint8Array[] = [];
  /** Clock by client over all accepted updates, durable or on their way: the next one must continue it. */
  readonly #clocks: Map<number, number>;
  /** All as of some row, encoded once for everybody who starts with nothing, and the rows after it. */
  #whole: { snapshot: Uint8Array; rows: Uint8Array[]; rowBytes: number } | undefined;
  /** Never less than the length of its text: every character takes a byte or more. */
  #lengthAtMost: number;

  constructor(stored: StoredDocument, clients: Map<number, string>) {
    const { record } = stored;
    this.documentId = record.id;
    this.workspaceId = record.workspaceId;
    this.generation = record.generation;
    this.clients = clients;
    this.seq = record.nextSeq - 1;
    this.snapshotSeq = stored.snapshot?.seq ?? 0;
    this.#document = readState(stored);
    this.#lengthAtMost = this.#document.getText(TEXT_NAME).length;
    this.#clocks = Y.decodeStateVector(Y.encodeStateVector(this.#document));
  }

  /** @throws {ProtocolError} `out-of-step` for a gap, `invalid` for what is no text, `forbidden` for a client id that nobody here has joined with (DOC9) */
  accept(header: UpdateHeader, bytes: number): void {
    for (const [client, clock] of header.from) {
      if (!this.clients.has(client)) {
        throw new ProtocolError(
          'forbidden',
          'This edit comes from a client that has not joined; it was not stored.',
        );
      }
      if (clock > (this.#clocks.get(client) ?? 0)) {
        throw new ProtocolError('out-of-step', 'An edit before this one is missing; both are sent again.');
      }
    }
    if (!isText(header))
      throw new ProtocolError('invalid', 'This edit holds something else than text and was not stored.');
    if (!isFounded(header, this.#clocks))
      throw new ProtocolError('out-of-step', 'What this edit builds on is missing; both are sent again.');
    this.#requireLength(bytes);
    this.#advance(header);
  }

  /** Takes a row in. Rows of before are ignored; a row from beyond the next leaves the room behind. */
  store(row: { seq: number; bytes: Uint8Array }, header?: UpdateHeader): 'stored' | 'known' | 'behind' {
    if (row.seq <= this.seq) return 'known';
    if (row.seq > this.seq + 1) return 'behind';
    this.seq = row.seq;
    this.#tail.push(row.bytes);
    this.#addToWhole(row.bytes);
    this.#advance(header ?? readUpdateHeader(row.bytes));
    return 'stored';
  }

  /** The durable state. Caught up on demand, in one transaction, off the path of the keys. */
  document(): Y.Doc {
    if (this.#tail.length > 0) {
      const tail = this.#tail;
      this.#tail = [];
      this.#document.transact(() => {
        for (const bytes of tail) Y.applyUpdate(this.#document, bytes);
      });
    }
    return this.#document;
  }

  text(): Y.Text {
    return this.document().getText(TEXT_NAME);
  }

  /** What a client with this state vector lacks; everything without one. */
  encode(stateVector?: Uint8Array): Uint8Array {
    return Y.encodeStateAsUpdate(this.document(), stateVector);
  }

  /** Everything, for who starts with nothing: the same snapshot for many, and the rows after it. */
  whole(): { snapshot: Uint8Array; rows: readonly Uint8Array[] } {
    this.#whole ??= { snapshot: this.encode(), rows: [], rowBytes: 0 };
    return { snapshot: this.#whole.snapshot, rows: [...this.#whole.rows] };
  }

  #addToWhole(row: Uint8Array): void {
    if (!this.#whole) return;
    this.#whole.rows.push(row);
    this.#whole.rowBytes += row.byteLength;
    if (this.#whole.rows.length > WHOLE_MAX_ROWS || this.#whole.rowBytes > WHOLE_MAX_ROW_BYTES)
      this.#whole = undefined;
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.document());
  }

  /** @throws {ProtocolError} `too-large` where the text would outgrow what opens as text */
  #requireLength(bytes: number): void {
    this.#lengthAtMost += bytes;
    if (this.#lengthAtMost <= DOCUMENT_MAX_LENGTH) return;
    // Looked at exactly only where the estimate says so.
    this.#lengthAtMost = this.text().length + bytes;
    if (this.#lengthAtMost <= DOCUMENT_MAX_LENGTH) return;
    this.#lengthAtMost -= bytes;
    throw new ProtocolError(
      'too-large',
      'With this edit the file would be larger than Perch opens as text. It was not stored.',
    );
  }

  #advance(header: UpdateHeader): void {
    for (const [client, clock] of header.to) {
      if (clock > (this.#clocks.get(client) ?? 0)) this.#clocks.set(client, clock);
    }
  }
}

const UNREADABLE =
  'The stored state of this file cannot be read, so it is not opened. Nothing was changed or lost; the operator finds the cause in the server’s log.';

function readState(stored: StoredDocument): Y.Doc {
  const { record, snapshot, updates } = stored;
  let expected = snapshot ? snapshot.seq + 1 : (updates[0]?.seq ?? 1);
  for (const row of updates) {
    if (row.seq !== expected++)
      throw new ProtocolError('unavailable', UNREADABLE, {
        cause: new Error(`row ${expected - 1} of ${record.id} is missing`),
      });
  }
  if (expected !== record.nextSeq) {
    throw new ProtocolError('unavailable', UNREADABLE, {
      cause: new Error(`rows of ${record.id} end before ${record.nextSeq - 1}`),
    });
  }
  const document = new Y.Doc();
  try {
    document.transact(() => {
      if (snapshot) Y.applyUpdate(document, snapshot.bytes);
      for (const row of updates) Y.applyUpdate(document, row.bytes);
    });
  } catch (error) {
    document.destroy();
    throw new ProtocolError('unavailable', UNREADABLE, { cause: error });
  }
  // Text that hangs in the air is not shown: the file would open blank, or without a part.
  if (document.store.pendingStructs) {
    document.destroy();
    throw new ProtocolError('unavailable', UNREADABLE, {
      cause: new Error(`rows of ${record.id} build on what is missing`),
    });
  }
  return document;
}
