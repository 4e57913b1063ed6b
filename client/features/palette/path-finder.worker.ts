import * as fuzzysort from 'fuzzysort';
import { presentPaths } from '@/lib/present-paths.js';
import type { FoundPath, PathFiles, PathQuery } from './path-finder.js';

/** Below it a name has too little of what was typed. */
const THRESHOLD = 0.2;

let paths: string[] = [];
let known: ReadonlySet<string> = new Set();
let prepared = fuzzysort.snapshot(paths);
let latest: PathQuery | null = null;

self.addEventListener('message', ({ data }: MessageEvent<PathFiles | PathQuery>) => {
  if (data.kind === 'files') {
    paths = presentPaths(data.base, data.changes);
    known = new Set(paths);
    prepared = fuzzysort.snapshot([...paths]);
    return;
  }
  // Of what was typed meanwhile only the last is looked for.
  if (latest === null) setTimeout(answer);
  latest = data;
});

function answer(): void {
  if (latest === null) return;
  const { id, sought, recent, limit } = latest;
  latest = null;
  const found: FoundPath[] =
    sought === ''
      ? [...new Set([...recent.filter((path) => known.has(path)), ...paths.slice(0, limit)])]
          .slice(0, limit)
          .map((path) => ({ path, indexes: [] }))
      : fuzzysort
          .go(sought, prepared, { limit, threshold: THRESHOLD })
          .map(({ target, indexes }) => ({ path: target, indexes: [...indexes] }));
  self.postMessage({ id, found });
}
