import * as Y from 'yjs';

/** Whoever comes back repeats all deletions there ever were: of a row of more runs than this they count for nothing. */
const RUNS_MAX = 200;

/** How many characters updates insert and delete, each once, without the document they are of. */
export class CharacterCount {
  inserted = 0;
  deleted = 0;
  readonly #gone = new Set<string>();

  add(bytes: Uint8Array): void {
    const { structs, ds } = Y.decodeUpdate(bytes);
    for (const struct of structs)
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentString)
        this.inserted += struct.length;
    const runs = [...ds.clients].flatMap(([client, ranges]) =>
      ranges.map(({ clock, len }) => ({ key: `${client} ${clock} ${len}`, len })),
    );
    if (runs.length > RUNS_MAX) return;
    for (const { key, len } of runs) {
      if (!this.#gone.has(key)) this.deleted += len;
      this.#gone.add(key);
    }
  }
}
