import * as Y from 'yjs';
import { TEXT_NAME } from '../protocol/document.js';
import { ClockMarks } from './clock-marks.js';
import { InsertedRanges, type InsertedRange } from './inserted-ranges.js';
import { restoredFrom, type Tombstones } from './restored-text.js';

export type HistoryRow = { seq: number; bytes: Uint8Array; actor: string; at: Date };

/** What one actor did without a pause. Its last row says when. */
export type Writing = { actor: string; seq: number; at: number };

/** A run of text that came about in one way, and went in one way or is there still. */
export type TextRun = {
  text: string;
  inserted: InsertedRange;
  /** Null while it is there, and where what was deleted was brought back. */
  deleted: { seq: number; writing: number } | null;
  isThere: boolean;
};

/** A pause ends what is told as one writing, as it ends a burst in the activity. */
const PAUSE_MS = 10_000;

/**
 * Who inserted and who deleted each character of a document, from its rows
 * (DOC9). A character that was deleted and brought back, by an undo or a
 * forward edit, stays its author's; the first to delete a character deleted it.
 * It only grows: rows are taken in their order, once.
 */
export class DocumentHistory {
  readonly writings: Writing[] = [];
  /** The last row that is in here. */
  seq = 0;
  readonly #document = new Y.Doc({ gc: false });
  readonly #inserted = new InsertedRanges();
  /** An index into what follows, and one more. */
  readonly #deletion = new ClockMarks();
  readonly #deletions: { seq: number; writing: number }[] = [];
  /** The row that brought a deleted character back. */
  readonly #restored = new ClockMarks();
  readonly #current = new Map<string, number>();

  /** What it takes in memory, roughly. Characters ever inserted, and rows. */
  get weight(): number {
    let characters = 0;
    for (const clock of Y.decodeStateVector(Y.encodeStateVector(this.#document)).values())
      characters += clock;
    return characters + this.seq * 20;
  }

  /**
   * Takes rows in, until all are or `mayGoOn` says no.
   * @returns how many it took
   */
  take(
    rows: readonly HistoryRow[],
    clients: ReadonlyMap<number, string>,
    mayGoOn: () => boolean = () => true,
  ): number {
    let taken = 0;
    this.#document.transact((transaction) => {
      const sets = [];
      for (const row of rows) {
        if (taken > 0 && !mayGoOn()) break;
        // Of its own for each row: it says what this one deleted.
        const set = (transaction.deleteSet = Y.createDeleteSet());
        sets.push(set);
        Y.applyUpdate(this.#document, row.bytes);
        this.#noteDeletions(row, set);
        for (const client of insertersOf(row.bytes)) this.#noteInsertions(row, client, clients);
        this.seq = row.seq;
        taken++;
      }
      transaction.deleteSet = Y.mergeDeleteSets(sets);
    });
    return taken;
  }

  /** The text as it was after a row, with what had been deleted from it by then, in its order. */
  *runs(atSeq = this.seq): Generator<TextRun> {
    for (let item = this.#document.getText(TEXT_NAME)._start; item; item = item.right) {
      if (!(item.content instanceof Y.ContentString)) continue;
      const { client, clock } = item.id;
      const { str } = item.content;
      for (let at = 0; at < str.length;) {
        const inserted = this.#inserted.at(client, clock + at);
        let end = Math.min(str.length, inserted.to - clock);
        let mark = 0;
        let restored = 0;
        if (item.deleted) {
          mark = this.#deletion.get(client, clock + at);
          restored = this.#restored.get(client, clock + at);
          let next = at + 1;
          while (
            next < end &&
            this.#deletion.get(client, clock + next) === mark &&
            this.#restored.get(client, clock + next) === restored
          )
            next++;
          end = next;
        }
        const gone = mark === 0 ? null : this.#deletions[mark - 1]!;
        const isGone = gone !== null && gone.seq <= atSeq;
        const isBack = restored > 0 && restored <= atSeq;
        if (inserted.seq <= atSeq)
          yield {
            text: str.slice(at, end),
            inserted,
            deleted: isGone && !isBack ? gone : null,
            isThere: !isGone,
          };
        at = end;
      }
    }
  }

  #noteDeletions(row: HistoryRow, set: ReturnType<typeof Y.createDeleteSet>): void {
    if (set.clients.size === 0) return;
    this.#deletions.push({ seq: row.seq, writing: this.#writing(row.actor, row) });
    for (const [client, ranges] of set.clients)
      for (const { clock, len } of ranges)
        this.#deletion.fill(client, clock, clock + len, this.#deletions.length);
  }

  #noteInsertions(row: HistoryRow, client: number, clients: ReadonlyMap<number, string>): void {
    const { seq } = row;
    const structs = this.#document.store.clients.get(client) ?? [];
    let clock = this.#inserted.end(client);
    const end = Y.getState(this.#document.store, client);
    if (clock >= end) return;
    // A relayed edit stays its author's, whoever brought it.
    const writing = this.#writing(clients.get(client) ?? row.actor, row);
    for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
      const struct = structs[index]!;
      const to = Math.min(end, struct.id.clock + struct.length);
      const restored = struct instanceof Y.Item ? restoredFrom(struct, this.#tombstones) : null;
      if (!restored) this.#inserted.add(client, { from: clock, to, seq, writtenSeq: seq, writing });
      for (const each of restored ?? []) {
        const { id, length } = each;
        this.#restored.fill(id.client, id.clock, id.clock + length, seq);
        for (let at = 0; at < length;) {
          const was = this.#inserted.at(id.client, id.clock + at);
          const count = Math.min(length, was.to - id.clock) - at;
          const { writtenSeq, writing: first } = was;
          this.#inserted.add(client, { from: clock, to: clock + count, seq, writtenSeq, writing: first });
          clock += count;
          at += count;
        }
      }
      clock = to;
    }
  }

  readonly #tombstones: Tombstones = {
    deletionOf: (client, clock) =>
      this.#restored.get(client, clock) > 0 ? 0 : this.#deletion.get(client, clock),
    isOfOneWriting: (client, clock) => {
      const deletion = this.#deletions[this.#deletion.get(client, clock) - 1];
      return deletion !== undefined && this.#inserted.at(client, clock).writing === deletion.writing;
    },
    textAt: (client, clock, length) => {
      if (this.#deletion.get(client, clock) === 0 || clock + length > this.#inserted.end(client)) return null;
      const structs = this.#document.store.clients.get(client) ?? [];
      let text = '';
      for (let index = Y.findIndexSS(structs, clock); text.length < length; index++) {
        const struct = structs[index];
        if (!(struct instanceof Y.Item && struct.deleted && struct.content instanceof Y.ContentString))
          return null;
        const from = clock + text.length - struct.id.clock;
        text += struct.content.str.slice(from, from + length - text.length);
      }
      return text;
    },
  };

  #writing(actor: string, { seq, at }: HistoryRow): number {
    const known = this.#current.get(actor);
    const writing = known === undefined ? undefined : this.writings[known];
    const time = at.getTime();
    if (known !== undefined && writing && time - writing.at <= PAUSE_MS) {
      writing.seq = seq;
      writing.at = time;
      return known;
    }
    this.writings.push({ actor, seq, at: time });
    this.#current.set(actor, this.writings.length - 1);
    return this.writings.length - 1;
  }
}

/** The clients whose structs an update has. */
function insertersOf(bytes: Uint8Array): Iterable<number> {
  return Y.parseUpdateMeta(bytes).to.keys();
}
