import type { BaseListing, FileChange } from '@protocol/file.js';

type Change = Pick<FileChange, 'path' | 'status' | 'fromPath'>;

/** Paths of the base commit that are not there any more: deleted, or moved away and not replaced. */
export function goneFrom(changes: readonly Change[]): Set<string> {
  const changed = new Set(changes.map((change) => change.path));
  const gone = new Set<string>();
  for (const { path, status, fromPath } of changes) {
    if (status === 'deleted') gone.add(path);
    else if (status === 'renamed' && fromPath !== undefined && !changed.has(fromPath)) gone.add(fromPath);
  }
  return gone;
}

/** The path of every file that is there and can be opened, in their order. */
export function presentPaths(base: BaseListing, changes: readonly Change[]): string[] {
  const left = goneFrom(changes);
  for (const path of base.submodules) left.add(path);
  const placed = changes.filter(({ status }) => status !== 'deleted').map(({ path }) => path);
  // Base files among them are listed once.
  for (const path of placed) left.add(path);
  const paths = [...placed];
  base.folders.forEach((folder, at) => {
    for (const name of base.names[at]!.split('/')) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!left.has(path)) paths.push(path);
    }
  });
  return paths.sort();
}
