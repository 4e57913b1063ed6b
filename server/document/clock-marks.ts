const PAGE = 4096;

/** A number for each character of a document that was given one, by the Yjs client and clock it came from; else 0. */
export class ClockMarks {
  readonly #pages = new Map<number, (Int32Array | undefined)[]>();

  get(client: number, clock: number): number {
    return this.#pages.get(client)?.[Math.floor(clock / PAGE)]?.[clock % PAGE] ?? 0;
  }

  fill(client: number, from: number, to: number, mark: number): void {
    let pages = this.#pages.get(client);
    if (!pages) this.#pages.set(client, (pages = []));
    for (let at = from; at < to;) {
      const page = (pages[Math.floor(at / PAGE)] ??= new Int32Array(PAGE));
      const end = Math.min(to, at - (at % PAGE) + PAGE);
      page.fill(mark, at % PAGE, (at % PAGE) + (end - at));
      at = end;
    }
  }
}
