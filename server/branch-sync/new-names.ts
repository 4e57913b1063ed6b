/** How a name compares on the computers that cannot tell case or composition apart (FIL2). */
const folded = (path: string) => path.normalize('NFC').toLowerCase();

/** Names that came with a push, to ask which of them cannot stand beside one of ours. */
export class NewNames {
  readonly #files = new Map<string, string>();
  /** A folder as it is spelled, and a file in it. */
  readonly #folders = new Map<string, { folder: string; path: string }>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      this.#files.set(folded(path), path);
      for (const folder of foldersOf(path)) this.#folders.set(folded(folder), { folder, path });
    }
  }

  /** The new file that wants the place of this one: the same name, or one that is a folder of the other. */
  rivalOf(path: string): string | null {
    const like = folded(path);
    const rival = this.#files.get(like) ?? this.#folders.get(like)?.path;
    if (rival !== undefined) return rival;
    for (const folder of foldersOf(path)) {
      const file = this.#files.get(folded(folder));
      if (file !== undefined) return file;
      const other = this.#folders.get(folded(folder));
      if (other && other.folder !== folder) return other.path;
    }
    return null;
  }
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
