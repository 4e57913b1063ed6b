import type { workspaceFiles } from '../../db/schema/file.js';
import type { FileMode, TreeEntry } from '../protocol/file.js';

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

export type RowChange = { path: string; before: OverlayRow | null; after: OverlayRow | null };

/**
 * The tree of a workspace: the base commit's files, less what was deleted,
 * plus what was made or moved. It is edited as a plain map of paths, and the
 * rows that tell it from the base follow from that: every state has exactly
 * one set of rows, however it was reached.
 */
export class Overlay {
  readonly files: Map<string, OverlayFile>;

  private constructor(
    readonly workspaceId: string,
    readonly base: ReadonlyMap<string, TreeEntry>,
    files: Iterable<OverlayFile>,
    private readonly before: readonly OverlayRow[],
  ) {
    this.files = new Map();
    for (const file of files) this.files.set(file.path, file);
  }

  /** The tree that these rows make of this base. */
  static of(workspaceId: string, entries: readonly TreeEntry[], rows: readonly OverlayRow[]): Overlay {
    const base = new Map(entries.map((entry) => [entry.path, entry]));
    // Where the forge listed only part of the tree, the rows know of files it left out.
    for (const { path, kind, fromPath, mode, blobSha } of rows) {
      const known = kind === 'moved' ? fromPath : kind === 'deleted' ? path : null;
      if (known !== null && blobSha !== null && !base.has(known))
        base.set(known, { path: known, mode, sha: blobSha });
    }
    const gone = new Set(rows.map((row) => (row.kind === 'deleted' ? row.path : row.fromPath)));
    const files: OverlayFile[] = [];
    for (const { path, mode, sha } of base.values())
      if (!gone.has(path))
        files.push({ path, origin: path, blobSha: sha, mode, documentId: null, objectId: null });
    for (const { path, kind, fromPath: origin, blobSha, mode, documentId, objectId } of rows)
      if (kind !== 'deleted') files.push({ path, origin, blobSha, mode, documentId, objectId });
    return new Overlay(workspaceId, base, files, rows);
  }

  /** The same rows before it, but another base and other files: what a commit makes of a tree. */
  rebased(base: ReadonlyMap<string, TreeEntry>, files: Iterable<OverlayFile>): Overlay {
    return new Overlay(this.workspaceId, base, files, this.before);
  }

  /** The file at a path, or all files below it where it is a folder; in the order of their paths. */
  at(path: string): OverlayFile[] {
    const file = this.files.get(path);
    if (file) return [file];
    return [...this.files.values()]
      .filter((each) => each.path.startsWith(`${path}/`))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  place(file: OverlayFile): void {
    this.files.set(file.path, file);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  /** The base file is at its own path again. */
  restore(entry: TreeEntry): void {
    const { path, mode, sha } = entry;
    this.files.set(path, { path, origin: path, blobSha: sha, mode, documentId: null, objectId: null });
  }

  /** Where in the base a path's content is compared to: its origin, or what it replaced. */
  basePath(file: OverlayFile): string | null {
    return file.origin ?? (this.base.has(file.path) ? file.path : null);
  }

  /** Base path to where it was moved. */
  moves(): Map<string, string> {
    const moves = new Map<string, string>();
    for (const file of this.files.values())
      if (file.origin !== null && file.origin !== file.path) moves.set(file.origin, file.path);
    return moves;
  }

  /** Base files that are nowhere any more. */
  deleted(): TreeEntry[] {
    const moves = this.moves();
    return [...this.base.values()].filter(({ path }) => !this.files.has(path) && !moves.has(path));
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
    for (const { path, origin, blobSha, mode, documentId, objectId } of this.files.values()) {
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
