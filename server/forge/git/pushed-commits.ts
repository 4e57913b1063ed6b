import { git } from './git.js';
import type { Commit } from './object-store.js';

export type PushedCommit = Omit<Commit, 'parents'> & {
  added: string[];
  removed: string[];
  modified: string[];
};

const LISTS: Record<string, 'added' | 'removed' | 'modified'> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  T: 'modified',
};
const FORMAT = ['%x01%H', '%T', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%n');

/** Commits with the paths they change (a merge: of its first parent), by one run of git, in the order given. */
export async function pushedCommits(directory: string, ids: readonly string[]): Promise<PushedCommit[]> {
  if (ids.length === 0) return [];
  const args = ['log', '--no-walk=unsorted', '--stdin', '-z', `--format=${FORMAT}`];
  const diff = ['--root', '--diff-merges=first-parent', '--name-status', '--no-renames'];
  const tokens = (await git(directory, [...args, ...diff], { input: `${ids.join('\n')}\n` }))
    .toString()
    .split('\0');
  const commits: PushedCommit[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.startsWith('\u0001')) {
      commits.push(toCommit(token.slice(1)));
      continue;
    }
    // Before a commit's first path stands the line break that ends its message.
    const list = LISTS[token.trim()];
    if (list) commits.at(-1)?.[list].push(tokens[++at]!);
  }
  return commits;
}

function toCommit(text: string): PushedCommit {
  const [sha, tree, name, email, date, committer, address, written, ...message] = text.split('\n') as [
    ...[string, string, string, string, string, string, string, string],
    ...string[],
  ];
  return {
    sha,
    tree,
    author: { name, email, date },
    committer: { name: committer, email: address, date: written },
    message: message.join('\n').trimEnd(),
    added: [],
    removed: [],
    modified: [],
  };
}
