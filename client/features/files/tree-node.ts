import type { FileChange, FileMode } from '@protocol/file.js';

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
  changed: boolean;
  /** What is in it has to be asked for. */
  unlisted: boolean;
};
export type TreeNode = FileNode | FolderNode;

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
