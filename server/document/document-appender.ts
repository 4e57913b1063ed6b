import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { ProtocolError } from '../protocol/error.js';
import { openPool } from '../platform/database.js';
import { log } from '../platform/log.js';
import { appendFailures, appendSeconds, updatesStored } from '../platform/metrics.js';
import { processId } from '../platform/server-process.js';

export type Append = { documentId: string; generation: number; bytes: Uint8Array; actor: string };
type Waiting = Append & { resolve: (seq: number) => void; reject: (error: ProtocolError) => void };

/** One batch: a transaction this size commits in a few milliseconds. */
const BATCH_MAX_BYTES = 8_000_000;
const BATCH_MAX_ROWS = 2_000;
/** What may wait in memory while the database is away, over all documents (DOC7). */
const WAITING_MAX_BYTES = 64_000_000;
/**
 * Between the beginnings of two batches. Whoever types alone never meets it;
 * of many, a commit for each few keys would cost more than all else they do.
 */
const BATCH_INTERVAL_MS = 4;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;
/** Notices longer than PostgreSQL's 8,000 bytes would roll the whole insert back (DOC4). */
const NOTICE_MAX_IDS = 150;

// The row locks are taken in the order of the ids, so that two processes cannot deadlock; the
// sequence numbers are taken under them, so that they are gap-free and in commit order.
// All bytes come as one parameter: of an array PostgreSQL takes each in hexadecimal.
const APPEND = `
WITH incoming AS (
  SELECT r.position, ($1::uuid[])[r.document] AS document_id, ($2::text[])[r.actor] AS actor, r.generation,
    substring($3::bytea FROM r.start + 1 FOR r.length) AS bytes
  FROM unnest($4::int[], $5::int[], $6::int[], $7::int[], $8::int[]) WITH ORDINALITY
    AS r(document, actor, generation, start, length, position)
), locked AS MATERIALIZED (
  SELECT id, generation FROM documents WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL
  ORDER BY id FOR NO KEY UPDATE
), fitting AS (
  SELECT i.*, row_number() OVER (PARTITION BY i.document_id ORDER BY i.position) AS number
  FROM incoming i JOIN locked l ON l.id = i.document_id AND l.generation = i.generation
), counted AS (
  SELECT document_id, count(*) AS number FROM fitting GROUP BY document_id
), advanced AS (
  UPDATE documents d SET next_seq = d.next_seq + c.number FROM counted c WHERE d.id = c.document_id
  RETURNING d.id, d.next_seq - c.number AS first_seq
), inserted AS (
  INSERT INTO document_updates (document_id, seq, generation, bytes, actor, process_id)
  SELECT f.document_id, a.first_seq + f.number - 1, f.generation, f.bytes, f.actor, $9::uuid
  FROM fitting f JOIN advanced a ON a.id = f.document_id
)
SELECT f.position, a.first_seq + f.number - 1 AS seq, pg_notify('perch_document', $10) IS NULL AS told
FROM fitting f JOIN advanced a ON a.id = f.document_id`;

/**
 * The one queue of updates of this process. All that gathers until the
 * next batch is in it: one statement, one commit, one NOTIFY (DOC3).
 * First in, first out, and fail-stop: a batch that cannot be stored is kept
 * and tried again before anything that came after it. A promise resolves only
 * when its row is committed.
 */
export class DocumentAppender {
  readonly #pool: pg.Pool;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #beganAt = -Infinity;
  #failing = false;
  #stopped = false;

  constructor(
    url: string,
    private readonly onFailing: (failing: boolean) => void,
  ) {
    // A connection of its own: appends never wait for a free one.
    this.#pool = openPool({ connectionString: url, max: 1, application_name: 'perch-append' }, 'append');
  }

  get failing(): boolean {
    return this.#failing;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * @returns the row's sequence number, once committed
   * @throws {ProtocolError} `unavailable` when no more can be held, `out-of-step` when the document was deleted or is of another generation
   */
  async append(update: Append): Promise<number> {
    this.requireSpace(update.bytes);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...update, resolve, reject });
      this.#waitingBytes += update.bytes.byteLength;
      this.#running ??= this.#run();
    });
  }

  /** @throws {ProtocolError} `unavailable` when these bytes cannot be held until they are stored */
  requireSpace(bytes: Uint8Array): void {
    if (!this.#stopped && this.#waitingBytes + bytes.byteLength <= WAITING_MAX_BYTES) return;
    const message = 'Perch cannot store more edits just now. Yours are kept on your device and sent again.';
    throw new ProtocolError('unavailable', message, { retryAfterMs: RETRY_MAX_MS });
  }

  /** Resolves when everything appended so far is stored. */
  async flush(): Promise<void> {
    await this.#running;
  }

  /** Stores what waits, for at most `withinMs`, then takes no more. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, withinMs).unref())]);
    await this.#pool.end();
  }

  async #run(): Promise<void> {
    // Everything of this turn of the event loop belongs to the first batch.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const early = this.#beganAt + BATCH_INTERVAL_MS - performance.now();
      if (early > 0) await pause(early);
      this.#beganAt = performance.now();
      const batch = this.#takeBatch();
      await this.#store(batch);
    }
    this.#running = undefined;
  }

  #takeBatch(): Waiting[] {
    let size = 0;
    let length = 0;
    for (const update of this.#waiting) {
      if (length > 0 && (length === BATCH_MAX_ROWS || size + update.bytes.byteLength > BATCH_MAX_BYTES))
        break;
      size += update.bytes.byteLength;
      length++;
    }
    return this.#waiting.splice(0, length);
  }

  async #store(batch: Waiting[]): Promise<void> {
    for (let delay = RETRY_MIN_MS; ; delay = Math.min(delay * 2, RETRY_MAX_MS)) {
      try {
        const start = performance.now();
        const seqs = await this.#insert(batch);
        appendSeconds.observe((performance.now() - start) / 1000);
        updatesStored.inc(seqs.size);
        this.#setFailing(false);
        batch.forEach((update, index) => {
          this.#waitingBytes -= update.bytes.byteLength;
          const seq = seqs.get(index);
          if (seq !== undefined) update.resolve(seq);
          else
            update.reject(
              new ProtocolError(
                'out-of-step',
                'This file was replaced or deleted meanwhile; your edit is kept on your device.',
              ),
            );
        });
        return;
      } catch (error) {
        // The outcome of a cut commit is unknown: the row may be stored twice, which Yjs does not mind.
        appendFailures.inc();
        log.error({ err: error, updates: batch.length }, 'edits cannot be stored; kept and tried again');
        this.#setFailing(true);
        if (this.#stopped) return;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  /** Sequence numbers by place in the batch; a place without one was of an old generation. */
  async #insert(batch: readonly Waiting[]): Promise<Map<number, number>> {
    const documents = new Places();
    const actors = new Places();
    const documentPlaces = batch.map((update) => documents.place(update.documentId));
    const actorPlaces = batch.map((update) => actors.place(update.actor));
    const starts: number[] = [];
    let length = 0;
    for (const { bytes } of batch) {
      starts.push(length);
      length += bytes.byteLength;
    }
    const told = documents.values.length > NOTICE_MAX_IDS ? '*' : documents.values.join(',');
    const { rows } = await this.#pool.query<{ position: string; seq: string }>({
      name: 'document-append',
      text: APPEND,
      values: [
        documents.values,
        actors.values,
        Buffer.concat(
          batch.map((update) => update.bytes),
          length,
        ),
        documentPlaces,
        actorPlaces,
        batch.map((update) => update.generation),
        starts,
        batch.map((update) => update.bytes.byteLength),
        processId,
        `${processId} ${told}`,
      ],
    });
    return new Map(rows.map((row) => [Number(row.position) - 1, Number(row.seq)]));
  }

  #setFailing(failing: boolean): void {
    if (failing === this.#failing) return;
    this.#failing = failing;
    this.onFailing(failing);
  }
}

/** Each value once, and where it stands: counted from one, as in PostgreSQL's arrays. */
class Places {
  readonly values: string[] = [];
  readonly #places = new Map<string, number>();

  place(value: string): number {
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.values.push(value);
      this.#places.set(value, place);
    }
    return place;
  }
}
