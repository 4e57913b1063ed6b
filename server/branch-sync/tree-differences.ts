import { setImmediate as nextTurn } from 'node:timers/promises';
import { ForgeTree } from '../platform/forge-tree.js';
import type { GithubClient } from '../platform/github-client.js';
import type { TreeEntry } from '../protocol/file.js';

export type TreeDifference = { before: TreeEntry | null; after: TreeEntry | null };

/** Files compared in one go, some 5 ms: others type meanwhile. */
const FILES_A_TURN = 10_000;

type Repository = { owner: string; repo: string };

/**
 * The trees of two commits, listed as far as they may differ: of a tree that
 * the forge cuts off, folders that are the same in both stay unlisted.
 */
export async function treesOf(
  github: GithubClient,
  { owner, repo }: Repository,
  from: string | null,
  to: string,
): Promise<{ before: ForgeTree; after: ForgeTree }> {
  const before = from === null ? new ForgeTree() : await github.getTree(owner, repo, from);
  const after = await github.getTree(owner, repo, to);
  for (;;) {
    const folder = [...before.unlisted.keys(), ...after.unlisted.keys()].find(
      (path) => before.unlisted.get(path) !== after.unlisted.get(path),
    );
    if (folder === undefined) return { before, after };
    if (from !== null) await github.getTree(owner, repo, from, `${folder}/`);
    await github.getTree(owner, repo, to, `${folder}/`);
  }
}

/** What one tree has otherwise than the other, by path. */
export async function treeDifferences(
  before: ForgeTree,
  after: ForgeTree,
): Promise<Map<string, TreeDifference>> {
  const differences = new Map<string, TreeDifference>();
  let seen = 0;
  for (const [path, entry] of before.files) {
    if (++seen % FILES_A_TURN === 0) await nextTurn();
    const now = after.files.get(path);
    if (!now) differences.set(path, { before: entry, after: null });
    else if (now.sha !== entry.sha || now.mode !== entry.mode)
      differences.set(path, { before: entry, after: now });
  }
  for (const [path, entry] of after.files) {
    if (++seen % FILES_A_TURN === 0) await nextTurn();
    if (!before.files.has(path)) differences.set(path, { before: null, after: entry });
  }
  return differences;
}
