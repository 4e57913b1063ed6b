import type { BaseListing, FileChange } from '@protocol/file.js';
import { expect, it } from 'vitest';
import { presentPaths } from '@/lib/present-paths.js';
import { BaseTree } from './base-tree.js';
import { WorkspaceTree } from './tree-model.js';
import { nameOf, parentOf } from './tree-node.js';

/** A listing as the server writes it. */
function listing(paths: readonly string[], unlisted: string[] = []): BaseListing {
  const folders = new Map<string, string[]>();
  for (const path of paths) folders.set(parentOf(path), [...(folders.get(parentOf(path)) ?? []), path]);
  return {
    baseCommit: '0'.repeat(40),
    folders: [...folders.keys()],
    names: Array.from(folders.values(), (inside) => inside.map(nameOf).join('/')),
    links: [],
    submodules: [],
    unlisted,
  };
}
const change = (path: string, status: FileChange['status'], fromPath?: string): FileChange => ({
  path,
  status,
  fromPath,
  mode: '100644',
  additions: 0,
  deletions: 0,
  authors: [],
});
/** Names, folders with what is in them. */
const outline = (tree: WorkspaceTree, folder = ''): unknown[] =>
  tree
    .childrenOf(folder)
    .map((node) =>
      node.kind === 'file'
        ? `${node.name}${node.change ? ` ${node.change}` : ''}`
        : [`${node.name}${node.changed ? ' *' : ''}`, ...outline(tree, node.path)],
    );
const treeOf = (paths: readonly string[], changes: FileChange[]) =>
  new WorkspaceTree(new BaseTree(listing(paths)), changes);

it('EDT2 the overlay lies over the base', () => {
  const paths = ['b.ts', 'gone.ts', 'lost/only.ts', 'old/name.ts', 'old/stays.ts'];
  const changes = [
    change('gone.ts', 'deleted'),
    change('lost/only.ts', 'deleted'),
    change('new/deep/name.ts', 'renamed', 'old/name.ts'),
    change('a.ts', 'added'),
    change('b.ts', 'modified'),
  ];
  expect(outline(treeOf(paths, changes))).toEqual([
    ['new *', ['deep *', 'name.ts renamed']],
    ['old', 'stays.ts'],
    'a.ts added',
    'b.ts modified',
  ]);
  expect(presentPaths(listing(paths), changes)).toEqual(['a.ts', 'b.ts', 'new/deep/name.ts', 'old/stays.ts']);
});

it('EDT2 a file made where another was moved away stays', () => {
  const changes = [change('b.ts', 'renamed', 'a.ts'), change('a.ts', 'modified')];
  expect(outline(treeOf(['a.ts'], changes))).toEqual(['a.ts modified', 'b.ts renamed']);
  expect(presentPaths(listing(['a.ts']), changes)).toEqual(['a.ts', 'b.ts']);
});

it('EDT3 folders first, by name, changed ones marked, the empty ones of a commit not shown', () => {
  const tree = treeOf(['a.ts', 'z/y/x.ts', 'B/c.ts'], [change('z/y/x.ts', 'modified')]);
  expect(outline(tree)).toEqual([['B', 'c.ts'], ['z *', ['y *', 'x.ts modified']], 'a.ts']);
});

it('EDT2 a folder that the forge has not listed yet is there, and says so', () => {
  const tree = new WorkspaceTree(new BaseTree(listing(['a.ts'], ['big/part'])), []);
  expect(tree.childrenOf('')).toMatchObject([{ path: 'big', unlisted: false }, { path: 'a.ts' }]);
  expect(tree.childrenOf('big')).toMatchObject([{ path: 'big/part', unlisted: true }]);
});

it('EDT2 a folder is still known as one when it was moved or deleted', () => {
  const changes = [
    change('lost/only.ts', 'deleted'),
    change('new/name.ts', 'renamed', 'old/name.ts'),
    change('gone.ts', 'deleted'),
  ];
  const tree = treeOf(['gone.ts', 'lost/only.ts', 'old/name.ts'], changes);
  expect(['lost', 'new', 'old'].filter((path) => tree.hasFolder(path))).toEqual(['lost', 'new', 'old']);
  expect(['gone.ts', 'new/name.ts', 'never'].filter((path) => tree.hasFolder(path))).toEqual([]);
});
