import { LRUCache } from 'lru-cache';
import type { TreeEntry } from './object-store.js';

/** A listing that is shorter costs git no time worth saving. */
const REMEMBERED_FROM = 2_000;
/** Of all that are remembered together; an entry is some 300 bytes. */
const ENTRIES_REMEMBERED = 300_000;

type Whole = {
  entries: readonly TreeEntry[];
  /** Where each folder's own entry is; what is in it follows there. */
  places: ReadonlyMap<string, number>;
};

/**
 * The last large trees that were listed whole. Whoever is told only the first
 * part of one asks for its folders next, hundreds of them: they are in here,
 * and git need not be started for each. A tree's id stands for its content,
 * so nothing in here is ever out of date.
 */
export class TreeListings {
  readonly #wholes = new LRUCache<string, Whole>({
    maxSize: ENTRIES_REMEMBERED,
    sizeCalculation: ({ entries }) => entries.length,
  });

  remember(sha: string, entries: readonly TreeEntry[]): void {
    if (entries.length < REMEMBERED_FROM) return;
    const places = new Map<string, number>();
    for (const [at, entry] of entries.entries()) if (entry.type === 'tree') places.set(entry.sha, at);
    this.#wholes.set(sha, { entries, places });
  }

  has(sha: string): boolean {
    return this.#find(sha) !== null;
  }

  /** What a tree holds, or null where it is not known. */
  list(sha: string, recursive: boolean): TreeEntry[] | null {
    const found = this.#find(sha);
    if (!found) return null;
    const { entries, start, prefix } = found;
    const inside: TreeEntry[] = [];
    for (let at = start; at < entries.length; at++) {
      const entry = entries[at]!;
      if (!entry.path.startsWith(prefix)) break;
      if (!recursive && entry.path.includes('/', prefix.length)) continue;
      inside.push(prefix === '' ? entry : { ...entry, path: entry.path.slice(prefix.length) });
    }
    return inside;
  }

  #find(sha: string): { entries: readonly TreeEntry[]; start: number; prefix: string } | null {
    const whole = this.#wholes.get(sha);
    if (whole) return { entries: whole.entries, start: 0, prefix: '' };
    for (const { entries, places } of this.#wholes.values()) {
      const at = places.get(sha);
      if (at !== undefined) return { entries, start: at + 1, prefix: `${entries[at]!.path}/` };
    }
    return null;
  }
}
