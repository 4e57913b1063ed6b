import type { TreeEntry } from '../protocol/file.js';
import type { TreeDifference } from './tree-differences.js';

/** What a push makes of the files of before, wherever it puts them. */
export class Incoming {
  readonly #renamedTo: ReadonlySet<string>;

  constructor(
    readonly differences: ReadonlyMap<string, TreeDifference>,
    /** New path by the old one. */
    readonly renames: ReadonlyMap<string, string>,
  ) {
    this.#renamedTo = new Set(renames.values());
  }

  /** Where a file of the base is now, and what; null where it is gone. */
  of(entry: TreeEntry): TreeEntry | null {
    const renamed = this.renames.get(entry.path);
    if (renamed !== undefined) return this.differences.get(renamed)?.after ?? null;
    const difference = this.differences.get(entry.path);
    return difference ? difference.after : entry;
  }

  /** A file that was made there: neither at this path before, nor moved to it. */
  made(path: string): TreeEntry | null {
    const difference = this.differences.get(path);
    return difference && !difference.before && !this.#renamedTo.has(path) ? difference.after : null;
  }

  /** Names that were not there before. */
  *newNames(): Generator<string, void> {
    for (const [path, { before, after }] of this.differences) if (after && !before) yield path;
  }

  isTouched(path: string): boolean {
    return this.differences.has(path);
  }
}
