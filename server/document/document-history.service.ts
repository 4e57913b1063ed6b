import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { setImmediate as turn } from 'node:timers/promises';
import * as Y from 'yjs';
import { beginTurn, inTurns } from '../platform/in-turns.js';
import { lineHunks } from '../platform/line-hunks.js';
import { TEXT_NAME } from '../protocol/document.js';
import { authoredText, type AuthoredText } from './authored-text.js';
import { changeAuthors } from './document-authors.js';
import { DocumentHistory, type Writing } from './document-history.js';
import { DocumentClientRepository } from './document-client.repository.js';
import { DocumentUpdateRepository } from './document-update.repository.js';
import { DocumentRepository, type DocumentRecord } from './document.repository.js';

/** A text up to a row of its document, with who wrote it. */
export type WrittenText = AuthoredText & {
  record: DocumentRecord;
  seq: number;
  writings: readonly Writing[];
};

/** What `DocumentHistory.weight` counts, over all documents that are remembered. */
const REMEMBERED_WEIGHT = 40_000_000;
const REMEMBERED = 200;
const PAGE_ROWS = 5_000;
/** Runs between two moments in which others may have their turn. */
const RUNS_A_STEP = 256;

type Known = { history: DocumentHistory; generation: number };

/**
 * Who wrote what, from the rows of documents (DOC9). A history is remembered
 * and takes in what was appended since; one of many rows is read and taken in
 * by pages, and nobody waits for more than a few milliseconds of it.
 */
@Injectable()
export class DocumentHistoryService {
  readonly #known = new LRUCache<string, Known>({
    max: REMEMBERED,
    maxSize: REMEMBERED_WEIGHT,
    sizeCalculation: ({ history }) => Math.min(REMEMBERED_WEIGHT, history.weight + 1),
  });
  /** A history is changed and read by one at a time. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(
    private readonly documents: DocumentRepository,
    private readonly updates: DocumentUpdateRepository,
    private readonly clients: DocumentClientRepository,
  ) {}

  /** @param at the row up to which it is told; else the last. Null where there is no such document */
  written(documentId: string, at?: { seq: number }): Promise<WrittenText | null> {
    return this.#alone(documentId, async () => {
      const record = await this.documents.find(documentId);
      if (!record) return null;
      const history = await this.#upTo(record);
      const seq = at ? at.seq : history.seq;
      // What was committed is all there is to a text of the past.
      const steps = authoredText(history, { cleanSeq: at ? seq : record.cleanSeq, atSeq: seq });
      const authored = await inTurns(steps);
      return { ...authored, record, seq, writings: history.writings.map((each) => ({ ...each })) };
    });
  }

  /** The text as it was after a row, whichever generation that is of; empty before the first. */
  textAt(documentId: string, seq: number): Promise<string> {
    return this.#alone(documentId, async () => {
      const record = await this.documents.find(documentId);
      if (!record || seq < 1) return '';
      const generation = await this.updates.generationOf(documentId, seq);
      if (generation !== record.generation) return this.#replacedText({ ...record, generation }, seq);
      return inTurns(textAt(await this.#upTo(record), seq));
    });
  }

  /** Ids of the people whose changes against `baseText` survive. */
  async authors(documentId: string, baseText: string): Promise<string[]> {
    const written = await this.written(documentId);
    if (!written) return [];
    const hunks = await lineHunks(baseText, written.text);
    return changeAuthors(written, written.writings, {
      baseText,
      hunks,
      cleanSeq: written.record.cleanSeq,
    });
  }

  /** Of a generation that nothing is added to any more: its rows are not remembered. */
  async #replacedText(record: DocumentRecord, seq: number): Promise<string> {
    const document = new Y.Doc();
    for (let last = 0; last < seq;) {
      const rows = await this.updates.rowsAfter(record, last, PAGE_ROWS);
      if (rows.length === 0) break;
      const wanted = rows.filter((row) => row.seq <= seq);
      for (let at = 0; at < wanted.length; await turn()) at = applyRows(document, wanted, at, beginTurn());
      last = rows.at(-1)!.seq;
    }
    const text = document.getText(TEXT_NAME).toString();
    document.destroy();
    return text;
  }

  async #upTo(record: DocumentRecord): Promise<DocumentHistory> {
    const { id, generation } = record;
    const known = this.#known.get(id);
    const history = known?.generation === generation ? known.history : new DocumentHistory();
    const until = record.nextSeq - 1;
    if (history.seq >= until) return history;
    // Broken off in the middle, it would be neither before nor after a row.
    this.#known.delete(id);
    const clients = await this.clients.of(id);
    while (history.seq < until) {
      let rows = await this.updates.rowsAfter(record, history.seq, PAGE_ROWS);
      if (rows.length === 0) throw new Error(`rows of ${id} end before ${until}`);
      while (rows.length > 0) {
        rows = rows.slice(history.take(rows, clients, beginTurn()));
        await turn();
      }
    }
    this.#known.set(id, { history, generation });
    return history;
  }

  async #alone<Result>(documentId: string, run: () => Promise<Result>): Promise<Result> {
    const running = (this.#last.get(documentId) ?? Promise.resolve()).then(run, run);
    this.#last.set(documentId, running);
    try {
      return await running;
    } finally {
      if (this.#last.get(documentId) === running) this.#last.delete(documentId);
    }
  }
}

function* textAt(history: DocumentHistory, seq: number): Generator<void, string> {
  const parts: string[] = [];
  let steps = 0;
  for (const { text, isThere } of history.runs(seq)) {
    if (++steps % RUNS_A_STEP === 0) yield;
    if (isThere) parts.push(text);
  }
  return parts.join('');
}

/** As many as `mayGoOn` says, in one transaction. @returns the next */
function applyRows(
  document: Y.Doc,
  rows: readonly { bytes: Uint8Array }[],
  from: number,
  mayGoOn: () => boolean,
): number {
  let at = from;
  document.transact(() => {
    do Y.applyUpdate(document, rows[at++]!.bytes);
    while (at < rows.length && mayGoOn());
  });
  return at;
}
