import type { workspaceFiles } from '../../db/schema/file.js';
import type { FileMode, TreeEntry } from '../protocol/file.js';
import { LayeredMap, type Below } from './layered-map.js';

export type OverlayRow = typeof workspaceFiles.$inferSelect;

/** One file as everybody in the workspace sees it. */
export type OverlayFile = {
  path: string;
  /** Its path in the base commit; null for a file made in the overlay. */
  origin: string | null;
  /** The blob at its origin, which it still is unless it has a document. */
  blobSha: string | null;
  mode: FileMode;
  documentId: string | null;
  /** The bytes of a file that is no text and not committed. */
  objectId: string | null;
};

type Base = LayeredMap<TreeEntry, TreeEntry>;

export type RowChange = { path: string; before: OverlayRow | null; after: OverlayRow | null };

/**
 * The tree of a workspace: the base commit's files, less what was deleted,
 * plus what was made or moved. It is edited as a plain map of paths, and the
 * rows that tell it from the base follow from that: every state has exactly
 * one set of rows, however it was reached. It costs what differs from the
 * base, which is shared, and may have 100,000 files.
 */
export class Overlay {
  readonly files: LayeredMap<OverlayFile, TreeEntry>;

  private constructor(
    readonly workspaceId: string,
    readonly base: Base,
    private readonly before: readonly OverlayRow[],
  ) {
    this.files = new LayeredMap(base, asItWas);
  }

  /** The tree that these rows make of this base. */
  static of(workspaceId: string, entries: Below<TreeEntry>, rows: readonly OverlayRow[]): Overlay {
    const base = new LayeredMap<TreeEntry, TreeEntry>(entries, (entry) => entry);
    // Where the forge listed only part of the tree, the rows know of files it left out.
    for (const { path, kind, fromPath, mode, blobSha } of rows) {
      const known = kind === 'moved' ? fromPath : kind === 'deleted' ? path : null;
      if (known !== null && blobSha !== null && !base.has(known))
        base.set(known, { path: known, mode, sha: blobSha });
    }
    const overlay = new Overlay(workspaceId, base, rows);
    for (const { path, kind, fromPath } of rows) {
      const gone = kind === 'deleted' ? path : fromPath;
      if (gone !== null) overlay.files.delete(gone);
    }
    for (const { path, kind, fromPath: origin, blobSha, mode, documentId, objectId } of rows)
      if (kind !== 'deleted') overlay.files.set(path, { path, origin, blobSha, mode, documentId, objectId });
    return overlay;
  }

  /**
   * The same rows before it and the same files, above another base: what a
   * commit makes of a tree.
   * @param differences what the base has at a path now; null for nothing
   * @param follow a file as it is seen from the new base
   */
  rebased(
    differences: ReadonlyMap<string, TreeEntry | null>,
    follow: (file: OverlayFile, base: Base) => OverlayFile,
  ): Overlay {
    const base = new LayeredMap<TreeEntry, TreeEntry>(this.base, (entry) => entry);
    for (const [path, entry] of differences)
      if (entry) base.set(path, entry);
      else base.delete(path);
    const made = new Overlay(this.workspaceId, base, this.before);
    const paths = new Set([...this.files.own.keys(), ...this.files.gone, ...differences.keys()]);
    for (const path of paths) {
      const file = this.files.get(path);
      if (file) made.files.set(path, follow(file, base));
      else made.files.delete(path);
    }
    return made;
  }

  /**
   * The same rows before it, above another base, with these files where they
   * say and without those: what a push from outside makes of a tree.
   * @param gone paths of the new base that are nowhere
   */
  onto(entries: Below<TreeEntry>, files: Iterable<OverlayFile>, gone: Iterable<string>): Overlay {
    const base = new LayeredMap<TreeEntry, TreeEntry>(entries, (entry) => entry);
    const made = new Overlay(this.workspaceId, base, this.before);
    for (const path of gone) made.files.delete(path);
    const placed = [...files];
    for (const { path, origin } of placed) if (origin !== null && origin !== path) made.files.delete(origin);
    for (const file of placed) made.files.set(file.path, file);
    return made;
  }

  /** The file at a path, or all files below it where it is a folder; in the order of their paths. */
  at(path: string): OverlayFile[] {
    const file = this.files.get(path);
    if (file) return [file];
    const below = `${path}/`;
    return [...this.files.keys()]
      .filter((each) => each.startsWith(below))
      .toSorted()
      .map((each) => this.files.get(each)!);
  }

  place(file: OverlayFile): void {
    this.files.set(file.path, file);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  /** The base file is at its own path again. */
  restore(entry: TreeEntry): void {
    this.files.restore(entry.path);
  }

  /** Where in the base a path's content is compared to: its origin, or what it replaced. */
  basePath(file: OverlayFile): string | null {
    return file.origin ?? (this.base.has(file.path) ? file.path : null);
  }

  /** Base path to where it was moved. */
  moves(): Map<string, string> {
    const moves = new Map<string, string>();
    for (const file of this.files.own.values())
      if (file.origin !== null && file.origin !== file.path) moves.set(file.origin, file.path);
    return moves;
  }

  /** Base files that are nowhere any more. */
  deleted(): TreeEntry[] {
    const moves = this.moves();
    return [...this.files.gone].filter((path) => !moves.has(path)).map((path) => this.base.get(path)!);
  }

  /** The rows that make this tree of the base, unchanged ones as they were. */
  rows(version: number): OverlayRow[] {
    const { workspaceId } = this;
    const rows: OverlayRow[] = this.deleted().map(({ path, mode, sha }) => ({
      workspaceId,
      path,
      kind: 'deleted',
      fromPath: null,
      blobSha: sha,
      mode,
      documentId: null,
      objectId: null,
      version,
    }));
    for (const { path, origin, blobSha, mode, documentId, objectId } of this.files.own.values()) {
      if (origin === path) continue;
      const kind = origin === null ? 'created' : 'moved';
      rows.push({ workspaceId, path, kind, fromPath: origin, blobSha, mode, documentId, objectId, version });
    }
    const known = new Map(this.before.map((row) => [row.path, row]));
    return rows.map((row) => {
      const before = known.get(row.path);
      return before && isSameRow(before, row) && before.blobSha === row.blobSha ? before : row;
    });
  }

  /** What has to be written to get from the rows it was made of to the rows of now. */
  changes(version: number): RowChange[] {
    const known = new Map(this.before.map((row) => [row.path, row]));
    const after = new Map(this.rows(version).map((row) => [row.path, row]));
    const changes: RowChange[] = [];
    for (const [path, before] of known) if (!after.has(path)) changes.push({ path, before, after: null });
    for (const [path, row] of after) {
      const before = known.get(path) ?? null;
      if (before !== row) changes.push({ path, before, after: row });
    }
    return changes;
  }
}

/** Whether two rows say the same; opening a moved file gives its row a document, which changes nothing. */
export function isSameRow(a: OverlayRow, b: OverlayRow): boolean {
  return (
    a.kind === b.kind &&
    a.fromPath === b.fromPath &&
    a.mode === b.mode &&
    (a.objectId ?? null) === (b.objectId ?? null) &&
    (a.documentId === b.documentId || a.kind === 'moved')
  );
}

/** A base file that nothing has happened to. */
function asItWas({ path, mode, sha }: TreeEntry): OverlayFile {
  return { path, origin: path, blobSha: sha, mode, documentId: null, objectId: null };
}
