import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitFailure, gitText } from './git.js';

/** Where a branch is in use in a person's working trees: his HEAD, or a rebase that will come back to it. */
export type Checkout = { folder: string; state: 'here' | 'elsewhere' | 'rebasing' };

const HEAD_NAMES = ['rebase-merge/head-name', 'rebase-apply/head-name'];

/** Looks at each working tree of a repository that is served in place. Null where nobody has the ref in hand. */
export async function checkoutOf(directory: string, ref: string): Promise<Checkout | null> {
  const listed = await gitText(directory, ['worktree', 'list', '--porcelain', '-z']);
  const trees = listed
    .split('\0\0')
    .map((tree) => tree.split('\0'))
    .filter((lines) => lines[0]?.startsWith('worktree ') && !lines.includes('bare'));
  if (trees.length === 0) return null;
  const here = await topLevel(directory);
  for (const lines of trees) {
    const folder = lines[0]!.slice('worktree '.length);
    if (lines.includes(`branch ${ref}`)) return { folder, state: folder === here ? 'here' : 'elsewhere' };
    if (await isRebasing(folder, ref)) return { folder, state: 'rebasing' };
  }
  return null;
}

async function topLevel(directory: string): Promise<string | null> {
  try {
    return await gitText(directory, ['rev-parse', '--show-toplevel']);
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

async function isRebasing(folder: string, ref: string): Promise<boolean> {
  try {
    const gitDirectory = await gitText(folder, ['rev-parse', '--absolute-git-dir']);
    for (const name of HEAD_NAMES) {
      const found = await readFile(join(gitDirectory, name), 'utf8').catch(() => '');
      if (found.trim() === ref) return true;
    }
    return false;
  } catch (error) {
    // A working tree whose folder is gone holds nothing.
    if (error instanceof GitFailure || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
