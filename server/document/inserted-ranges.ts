/** A run of characters of one client: the row they came in, and the row and writing whose text they are. */
export type InsertedRange = { from: number; to: number; seq: number; writtenSeq: number; writing: number };

/** What each Yjs client has inserted, in the order of its clock. */
export class InsertedRanges {
  readonly #ranges = new Map<number, InsertedRange[]>();

  /** Up to which clock all of a client's are known. */
  end(client: number): number {
    return this.#ranges.get(client)?.at(-1)?.to ?? 0;
  }

  add(client: number, range: InsertedRange): void {
    let ranges = this.#ranges.get(client);
    if (!ranges) this.#ranges.set(client, (ranges = []));
    const last = ranges.at(-1);
    const continues =
      last?.seq === range.seq && last.writing === range.writing && last.writtenSeq === range.writtenSeq;
    if (continues) last.to = range.to;
    else ranges.push(range);
  }

  /** @throws where nothing was inserted there: it is a character of the document */
  at(client: number, clock: number): InsertedRange {
    const ranges = this.#ranges.get(client) ?? [];
    let low = 0;
    let high = ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (ranges[middle]!.from <= clock) low = middle;
      else high = middle - 1;
    }
    const found = ranges[low];
    if (!found || clock < found.from || clock >= found.to)
      throw new Error(`character ${clock} of client ${client} has no row`);
    return found;
  }
}
