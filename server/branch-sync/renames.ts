import { basename } from 'node:path';
import type { TreeEntry } from '../protocol/file.js';
import { askGit, withScratch } from '../platform/scratch-git.js';
import type { TreeDifference } from './tree-differences.js';

/** Files whose bytes are compared: each may be a request to the forge. */
const COMPARED_MAX = 60;
/** Larger ones are renamed as they are, or not at all. */
const SIZE_MAX = 1_000_000;

const isRegular = ({ mode }: TreeEntry) => mode === '100644' || mode === '100755';

/**
 * Which files of before went where. Those that stayed as they were are known by
 * their ids; for the others git's own detection is asked, over the few files
 * that matter: a rename of what nobody here has touched is the same as a
 * deletion and a new file.
 *
 * @param matters whether anything here depends on where a file went
 * @returns the new path by the old one
 */
export async function findRenames(
  differences: ReadonlyMap<string, TreeDifference>,
  matters: (path: string) => boolean,
  read: (sha: string) => Promise<Uint8Array>,
): Promise<Map<string, string>> {
  const renames = new Map<string, string>();
  const gone = new Map<string, TreeEntry>();
  const come = new Map<string, TreeEntry>();
  for (const [path, { before, after }] of differences) {
    if (before && !after && isRegular(before)) gone.set(path, before);
    if (after && !before && isRegular(after)) come.set(path, after);
  }
  if (![...gone.keys()].some(matters) || come.size === 0) return renames;
  const settle = (from: string, to: string): void => {
    renames.set(from, to);
    gone.delete(from);
    come.delete(to);
  };
  const bySha = new Map<string, string[]>();
  for (const { path, sha } of come.values()) bySha.set(sha, [...(bySha.get(sha) ?? []), path]);
  const name = (from: string) => (path: string) => basename(path) === basename(from);
  // Of several files that say the same, one that kept its name is meant.
  for (const fits of [name, () => () => true])
    for (const [from, { sha }] of gone) {
      const target = bySha.get(sha)?.find((path) => come.has(path) && fits(from)(path));
      if (target !== undefined) settle(from, target);
    }
  const asked = [...gone.values()].filter(({ path }) => matters(path));
  if (asked.length === 0 || come.size === 0) return renames;
  for (const [from, to] of await likely(asked, [...come.values()], read)) settle(from, to);
  return renames;
}

async function likely(
  gone: readonly TreeEntry[],
  come: readonly TreeEntry[],
  read: (sha: string) => Promise<Uint8Array>,
): Promise<[string, string][]> {
  const small = ({ size = 0 }: TreeEntry) => size <= SIZE_MAX;
  const sources = gone.filter(small).slice(0, COMPARED_MAX / 2);
  const names = new Set(sources.map(({ path }) => basename(path)));
  // Of too many, those with a name that is known come first.
  const targets = come
    .filter(small)
    .toSorted((one, other) => Number(names.has(basename(other.path))) - Number(names.has(basename(one.path))))
    .slice(0, COMPARED_MAX - sources.length);
  const files = new Map<string, Uint8Array>();
  const put = async (side: string, entries: readonly TreeEntry[]): Promise<void> => {
    for (const [index, { path, sha }] of entries.entries())
      files.set(`${side}/${index}/${safe(basename(path))}`, await read(sha));
  };
  await put('old', sources);
  await put('new', targets);
  const { output } = await withScratch(files, (directory) =>
    askGit(directory, ['diff', '--no-index', '--find-renames', '--name-status', '-z', 'old', 'new']),
  );
  const fields = output.split('\0');
  const found: [string, string][] = [];
  for (let at = 0; at < fields.length - 1;) {
    if (!/^[RC]/.test(fields[at]!)) {
      at += 2;
      continue;
    }
    const from = sources[indexIn(fields[at + 1])];
    const to = targets[indexIn(fields[at + 2])];
    if (from && to) found.push([from.path, to.path]);
    at += 3;
  }
  return found;
}

/** No name leads out of the folder. */
const safe = (name: string) => (/^\.*$|[\0/\\]/.test(name) ? 'name' : name);

function indexIn(path = ''): number {
  return Number(/^(?:old|new)\/(\d+)\//.exec(path)?.[1]);
}
