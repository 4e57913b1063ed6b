import type { FileChange } from '@protocol/file.js';
import { goneFrom } from '@/lib/present-paths.js';
import type { BaseTree } from './base-tree.js';
import { join, nameOf, parentOf, type FileNode, type FolderNode, type TreeNode } from './tree-node.js';

const compare = new Intl.Collator().compare;
/** To sort more by a language's rules would hold the page up. */
const COLLATED_MAX = 2_000;

/**
 * The tree people see: the base commit with the overlay laid over it. What is
 * in a folder is found out when it is asked for, and then known.
 *
 * EDT2 Created and moved files are there, deleted and moved-away ones are not.
 * EDT3 Folders stand before files, each by name.
 */
export class WorkspaceTree {
  readonly #children = new Map<string, readonly TreeNode[]>();
  readonly #gone: ReadonlySet<string>;
  /** How many base files are gone from below a folder. */
  readonly #goneBelow = new Map<string, number>();
  /** The overlay's files by their folder. */
  readonly #placed = new Map<string, Map<string, FileNode>>();
  /** Folders with a placed file somewhere below, and those right in them. */
  readonly #changed = new Map<string, Set<string>>();

  constructor(
    readonly base: BaseTree,
    changes: readonly Pick<FileChange, 'path' | 'status' | 'fromPath' | 'mode'>[],
  ) {
    this.#gone = goneFrom(changes);
    for (const path of this.#gone)
      for (let folder = parentOf(path); ; folder = parentOf(folder)) {
        this.#goneBelow.set(folder, (this.#goneBelow.get(folder) ?? 0) + 1);
        if (folder === '') break;
      }
    for (const { path, status, mode } of changes) {
      if (status === 'deleted') continue;
      const folder = parentOf(path);
      const placed = this.#placed.get(folder) ?? new Map<string, FileNode>();
      this.#placed.set(folder, placed);
      placed.set(nameOf(path), { kind: 'file', name: nameOf(path), path, mode, change: status });
      this.#markChanged(folder);
    }
  }

  /** What is right in a folder, in its order (EDT3). */
  childrenOf(folder: string): readonly TreeNode[] {
    const isAsItWas = !this.#changed.has(folder) && !this.#goneBelow.has(folder);
    const known = isAsItWas ? this.base.children : this.#children;
    let children = known.get(folder);
    if (!children) {
      children = [...this.#foldersIn(folder), ...this.#filesIn(folder)];
      known.set(folder, children);
    }
    return children;
  }

  /** What is at a path, or nothing. */
  at(path: string): TreeNode | undefined {
    return this.childrenOf(parentOf(path)).find((node) => node.path === path);
  }

  /** Whether there is a folder at a path, or was at the last commit. */
  hasFolder(path: string): boolean {
    const node = this.at(path);
    return node ? node.kind === 'folder' : this.base.foldersIn(parentOf(path)).includes(nameOf(path));
  }

  #foldersIn(folder: string): FolderNode[] {
    const names = new Set([
      ...this.base.foldersIn(folder).filter((name) => this.#isLeft(join(folder, name))),
      ...(this.#changed.get(folder) ?? []),
    ]);
    return inOrder(
      Array.from(names, (name): FolderNode => {
        const path = join(folder, name);
        const changed = this.#changed.has(path);
        return { kind: 'folder', name, path, changed, unlisted: this.base.isUnlisted(path) };
      }),
    );
  }

  #filesIn(folder: string): FileNode[] {
    const placed = this.#placed.get(folder);
    const files: FileNode[] = [];
    for (const name of this.base.filesIn(folder)) {
      const path = join(folder, name);
      if (placed?.has(name) || this.#gone.has(path)) continue;
      files.push({ kind: 'file', name, path, mode: this.base.modeOf(path), change: null });
    }
    if (placed) files.push(...placed.values());
    return inOrder(files);
  }

  /** Whether a base folder has files left. */
  #isLeft(folder: string): boolean {
    const gone = this.#goneBelow.get(folder);
    return gone === undefined || this.base.fileCount(folder) > gone;
  }

  #markChanged(folder: string): void {
    if (!this.#changed.has(folder)) this.#changed.set(folder, new Set());
    for (let path = folder; path !== ''; path = parentOf(path)) {
      const above = this.#changed.get(parentOf(path)) ?? new Set<string>();
      this.#changed.set(parentOf(path), above);
      above.add(nameOf(path));
    }
  }
}

function inOrder<Node extends TreeNode>(nodes: Node[]): Node[] {
  return nodes.length > COLLATED_MAX
    ? nodes.sort((one, other) => (one.name < other.name ? -1 : 1))
    : nodes.sort((one, other) => compare(one.name, other.name));
}
