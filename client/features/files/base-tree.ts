import type { BaseListing, FileMode } from '@protocol/file.js';
import { join, nameOf, parentOf, type TreeNode } from './tree-node.js';

type BaseFolder = {
  /** Names, slashes between them; null where it holds no file of its own. */
  files: string | null;
  folders: string[];
};

/**
 * The base commit's files, folder by folder. Names are taken apart when
 * somebody looks into their folder: of 100,000 files most are never looked at.
 */
export class BaseTree {
  /** What is in folders that nothing was changed in, as far as somebody has looked. */
  readonly children = new Map<string, readonly TreeNode[]>();
  readonly #folders = new Map<string, BaseFolder>();
  readonly #modes = new Map<string, FileMode>();
  /** Folders that have to be asked for. */
  readonly unlisted: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();

  constructor(readonly listing: BaseListing) {
    this.#folder('');
    listing.folders.forEach((path, at) => {
      this.#folder(path).files = listing.names[at]!;
    });
    for (const path of listing.unlisted) this.#folder(path);
    this.unlisted = new Set(listing.unlisted);
    for (const path of listing.links) this.#modes.set(path, '120000');
    for (const path of listing.submodules) this.#modes.set(path, '160000');
  }

  /** Names of the files right in a folder. */
  filesIn(path: string): string[] {
    return this.#folders.get(path)?.files?.split('/') ?? [];
  }

  /** Names of the folders right in a folder. */
  foldersIn(path: string): readonly string[] {
    return this.#folders.get(path)?.folders ?? [];
  }

  modeOf(path: string): FileMode {
    return this.#modes.get(path) ?? '100644';
  }

  isUnlisted(path: string): boolean {
    return this.unlisted.has(path);
  }

  /** How many files lie below a folder; of a folder that was not listed one may lie there. */
  fileCount(path: string): number {
    let count = this.#counts.get(path);
    if (count === undefined) {
      count = this.filesIn(path).length + (this.isUnlisted(path) ? 1 : 0);
      for (const name of this.foldersIn(path)) count += this.fileCount(join(path, name));
      this.#counts.set(path, count);
    }
    return count;
  }

  #folder(path: string): BaseFolder {
    const known = this.#folders.get(path);
    if (known) return known;
    const folder: BaseFolder = { files: null, folders: [] };
    this.#folders.set(path, folder);
    if (path !== '') this.#folder(parentOf(path)).folders.push(nameOf(path));
    return folder;
  }
}
