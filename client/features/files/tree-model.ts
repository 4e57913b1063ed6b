import type { FileChange, FileMode, WorkspaceFiles } from '@protocol/file.js';

/**
 * The tree people see: the base commit with the overlay laid over it.
 *
 * EDT2 Created and moved files are there, deleted and moved-away ones are not.
 * EDT3 Folders stand before files, each by name.
 */
export type FileNode = {
  kind: 'file';
  name: string;
  path: string;
  mode: FileMode;
  change: FileChange['status'] | null;
};
export type FolderNode = {
  kind: 'folder';
  name: string;
  path: string;
  children: TreeNode[];
  changed: boolean;
};
export type TreeNode = FileNode | FolderNode;

type Files = Pick<WorkspaceFiles, 'entries' | 'changes'>;

/** Every file that is there, by its path (EDT2). */
export function presentFiles({ entries, changes }: Files): Map<string, FileNode> {
  const files = new Map<string, FileNode>();
  for (const { path, mode } of entries)
    files.set(path, { kind: 'file', name: nameOf(path), path, mode, change: null });
  for (const change of changes) {
    if (change.status === 'deleted') files.delete(change.path);
    if (
      change.status === 'renamed' &&
      change.fromPath !== undefined &&
      !changes.some((each) => each.path === change.fromPath)
    ) {
      files.delete(change.fromPath);
    }
  }
  for (const { path, mode, status } of changes) {
    if (status !== 'deleted')
      files.set(path, { kind: 'file', name: nameOf(path), path, mode, change: status });
  }
  return files;
}

export function buildTree(source: Files): FolderNode {
  const files = presentFiles(source);
  const root: FolderNode = { kind: 'folder', name: '', path: '', children: [], changed: false };
  const folders = new Map<string, FolderNode>([['', root]]);
  const folderOf = (path: string): FolderNode => {
    const known = folders.get(path);
    if (known) return known;
    const folder: FolderNode = { kind: 'folder', name: nameOf(path), path, children: [], changed: false };
    folders.set(path, folder);
    folderOf(parentOf(path)).children.push(folder);
    return folder;
  };
  for (const file of files.values()) {
    let folder = folderOf(parentOf(file.path));
    folder.children.push(file);
    if (!file.change) continue;
    for (;;) {
      folder.changed = true;
      if (folder.path === '') break;
      folder = folderOf(parentOf(folder.path));
    }
  }
  for (const folder of folders.values()) folder.children.sort(inOrder);
  return root;
}

export function isFolder(root: FolderNode, path: string): boolean {
  const child = root.children.find((node) => path === node.path || path.startsWith(`${node.path}/`));
  if (child?.kind !== 'folder') return false;
  return child.path === path || isFolder(child, path);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function inOrder(one: TreeNode, other: TreeNode): number {
  if (one.kind !== other.kind) return one.kind === 'folder' ? -1 : 1;
  return one.name.localeCompare(other.name);
}
