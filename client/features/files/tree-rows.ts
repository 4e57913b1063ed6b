import type { WorkspaceTree } from './tree-model.js';
import { parentOf, type TreeNode } from './tree-node.js';

/** One visible line of the tree: a file or folder, or that a folder's files are on their way. */
export type TreeRow = {
  node: TreeNode;
  isLoading: boolean;
  /** From 1. */
  level: number;
  /** From 1, among those in the same folder. */
  position: number;
  setSize: number;
};

/** The lines from top to bottom, as far as folders are open. */
export function visibleRows(tree: WorkspaceTree, expanded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (folder: string, level: number): void => {
    const children = tree.childrenOf(folder);
    children.forEach((node, at) => {
      rows.push({ node, isLoading: false, level, position: at + 1, setSize: children.length });
      if (node.kind === 'file' || !expanded.has(node.path)) return;
      if (node.unlisted) rows.push({ node, isLoading: true, level: level + 1, position: 1, setSize: 1 });
      else add(node.path, level + 1);
    });
  };
  add('', 1);
  return rows;
}

/** All folders a path lies in. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) folders.push(folder);
  return folders;
}

/** Where a key of the tree pattern leads from a line; null where it leads nowhere. */
export function rowAfterKey(
  rows: readonly TreeRow[],
  at: number,
  key: string,
  page: number,
  isExpanded: boolean,
): number | null {
  const isFolder = rows[at]?.node.kind === 'folder';
  const bounded = (index: number): number => Math.max(0, Math.min(rows.length - 1, index));
  switch (key) {
    case 'ArrowDown':
      return bounded(rows[at + 1]?.isLoading ? at + 2 : at + 1);
    case 'ArrowUp':
      return bounded(at - 1);
    case 'Home':
      return 0;
    case 'End':
      return bounded(rows.length);
    case 'PageDown':
      return bounded(at + page);
    case 'PageUp':
      return bounded(at - page);
    case 'ArrowRight':
      return isFolder && isExpanded ? bounded(at + 1) : null;
    case 'ArrowLeft':
    case 'Backspace':
      return isFolder && isExpanded && key === 'ArrowLeft' ? null : rowAbove(rows, at);
    default:
      return null;
  }
}

/** The line of the folder that a line is in. */
function rowAbove(rows: readonly TreeRow[], at: number): number | null {
  const level = rows[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index--) if (rows[index]!.level < level) return index;
  return null;
}

/** The next line whose name begins with what was typed; the same one again where more of it was typed. */
export function rowByName(rows: readonly TreeRow[], at: number, typed: string): number | null {
  const sought = typed.toLowerCase();
  const start = typed.length > 1 ? at : at + 1;
  for (let step = 0; step < rows.length; step++) {
    const index = (start + step) % rows.length;
    const row = rows[index]!;
    if (!row.isLoading && row.node.name.toLowerCase().startsWith(sought)) return index;
  }
  return null;
}
