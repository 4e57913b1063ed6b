import type { TreeEntry } from '../protocol/file.js';

/**
 * The files of a commit by their paths, as far as the forge has listed them.
 * It is shared by all who look at that commit and only ever grows: by a folder
 * that is listed when somebody asks for what is in it.
 */
export class ForgeTree {
  readonly files = new Map<string, TreeEntry>();
  /** Folders that were not listed, and their trees' ids. */
  readonly unlisted = new Map<string, string>();
  /** True where a single folder has more files than the forge hands out. */
  cut = false;

  static of(entries: Iterable<TreeEntry>): ForgeTree {
    const tree = new ForgeTree();
    for (const entry of entries) tree.files.set(entry.path, entry);
    return tree;
  }

  get truncated(): boolean {
    return this.cut || this.unlisted.size > 0;
  }

  /** The folder that would have to be listed to know of this path. */
  unlistedAbove(path: string): string | null {
    if (this.unlisted.size === 0) return null;
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
      if (this.unlisted.has(path.slice(0, end))) return path.slice(0, end);
    return null;
  }
}
