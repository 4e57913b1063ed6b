import type { FileChange } from '@protocol/file.js';
import { expect, it } from 'vitest';
import { buildTree, type TreeNode } from './tree-model.js';

const entry = (path: string) => ({ path, mode: '100644' as const, sha: '0'.repeat(40) });
const change = (path: string, status: FileChange['status'], fromPath?: string): FileChange => ({
  path,
  status,
  fromPath,
  mode: '100644',
  additions: 0,
  deletions: 0,
  authors: [],
});
const outline = (node: TreeNode): unknown =>
  node.kind === 'file'
    ? `${node.name}${node.change ? ` ${node.change}` : ''}`
    : [node.name, ...node.children.map(outline)];

it('EDT2 the overlay lies over the base', () => {
  const tree = buildTree({
    entries: ['b.ts', 'gone.ts', 'old/name.ts', 'old/stays.ts'].map(entry),
    changes: [
      change('gone.ts', 'deleted'),
      change('new/name.ts', 'renamed', 'old/name.ts'),
      change('a.ts', 'added'),
      change('b.ts', 'modified'),
    ],
  });
  expect(outline(tree)).toEqual([
    '',
    ['new', 'name.ts renamed'],
    ['old', 'stays.ts'],
    'a.ts added',
    'b.ts modified',
  ]);
});

it('EDT2 a file made where another was moved away stays', () => {
  const tree = buildTree({
    entries: [entry('a.ts')],
    changes: [change('b.ts', 'renamed', 'a.ts'), change('a.ts', 'modified')],
  });
  expect(outline(tree)).toEqual(['', 'a.ts modified', 'b.ts renamed']);
});

it('EDT3 folders first, changed ones marked', () => {
  const tree = buildTree({
    entries: ['z/y/x.ts', 'a.ts'].map(entry),
    changes: [change('z/y/x.ts', 'modified')],
  });
  expect(outline(tree)).toEqual(['', ['z', ['y', 'x.ts modified']], 'a.ts']);
  const folder = tree.children[0];
  expect(folder?.kind === 'folder' && folder.changed).toBe(true);
});
