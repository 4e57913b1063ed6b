import { git } from './git.js';
import { ZERO } from './object-store.js';

export type ChangedFile = {
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  filename: string;
  /** Where it was, of a renamed file. */
  previous?: string;
  /** Of the newer side; of a removed file, of what it was. */
  sha: string;
  /** 0 of what is no text. */
  additions: number;
  deletions: number;
};

/** The empty tree, which git knows without having it stored. */
const NOTHING = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const STATUS: Record<string, ChangedFile['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};

/**
 * What differs between two commits or trees, by path, with renames as git
 * finds them by itself.
 *
 * @param from null for nothing at all
 */
export async function changedFiles(
  directory: string,
  from: string | null,
  to: string,
  { renames }: { renames: boolean },
): Promise<ChangedFile[]> {
  const sides = ['-r', renames ? '-M' : '--no-renames', from ?? NOTHING, to];
  const output = (await git(directory, ['diff-tree', '-z', '--raw', '--numstat', '--no-abbrev', ...sides]))
    .toString()
    .split('\0');
  const counts = new Map<string, { additions: number; deletions: number }>();
  const files: ChangedFile[] = [];
  for (let at = 0; at < output.length - 1;) {
    const record = output[at++]!;
    if (record.startsWith(':')) {
      // `:mode mode id id status`, then one path, or two of a rename
      const [, , before = ZERO, after = ZERO, letter = ''] = record.split(' ');
      const status = STATUS[letter[0] ?? ''] ?? 'changed';
      const previous = status === 'renamed' ? output[at++]! : undefined;
      const filename = output[at++]!;
      const sha = status === 'removed' ? before : after;
      files.push({ status, filename, ...(previous !== undefined && { previous }), sha, ...NONE });
    } else {
      // `added TAB removed TAB path`; of a rename the path is empty and two follow
      const [additions, deletions, path] = record.split('\t');
      const filename = path === '' ? output[(at += 2) - 1]! : path!;
      counts.set(filename, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
    }
  }
  return files.map((file) => ({ ...file, ...counts.get(file.filename) }));
}

const NONE = { additions: 0, deletions: 0 };
