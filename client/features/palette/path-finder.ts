import type { BaseListing, FileChange } from '@protocol/file.js';
import PathFinderWorker from './path-finder.worker.ts?worker';

export type FoundPath = {
  path: string;
  /** Of the letters that were sought. */
  indexes: readonly number[];
};
export type PathSource = {
  base: BaseListing;
  changes: readonly Pick<FileChange, 'path' | 'status' | 'fromPath'>[];
};
export type PathFiles = PathSource & { kind: 'files' };
export type PathQuery = {
  kind: 'find';
  id: number;
  sought: string;
  /** Files that come first while nothing is sought. */
  recent: readonly string[];
  limit: number;
};

/**
 * Finds files by a few letters of their paths, in a worker: among 100,000 that
 * takes longer than a keystroke may hold the page up. It is started by the
 * first look and lives as long as the page.
 */
class PathFinder {
  #worker: Worker | null = null;
  #source: PathSource | null = null;
  #asked = 0;
  #onFound: ((found: readonly FoundPath[]) => void) | null = null;

  /** Where it is asked again before it has answered, only the last is answered. */
  find(
    source: PathSource,
    query: Omit<PathQuery, 'kind' | 'id'>,
    onFound: (found: readonly FoundPath[]) => void,
  ): void {
    const worker = (this.#worker ??= this.#start());
    if (this.#source?.base !== source.base || this.#source.changes !== source.changes) {
      this.#source = source;
      const changes = source.changes.map(({ path, status, fromPath }) => ({ path, status, fromPath }));
      worker.postMessage({ kind: 'files', base: source.base, changes } satisfies PathFiles);
    }
    this.#onFound = onFound;
    worker.postMessage({ kind: 'find', id: ++this.#asked, ...query } satisfies PathQuery);
  }

  #start(): Worker {
    const worker = new PathFinderWorker();
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<{ id: number; found: readonly FoundPath[] }>) => {
        if (data.id === this.#asked) this.#onFound?.(data.found);
      },
    );
    return worker;
  }
}

export const pathFinder = new PathFinder();
