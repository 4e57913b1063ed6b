import type { DocumentStyle } from '../document/document.service.js';
import type { StoredText } from '../document/stored-document.service.js';
import type { Overlay, OverlayFile } from '../file/overlay.js';
import type { TreeEntry } from '../protocol/file.js';
import type { ForgeTree } from '../platform/forge-tree.js';
import type { ConflictRecord, NewConflict } from './conflict.repository.js';

type DocumentRecord = StoredText['record'];

/** What becomes of one document. */
export type DocumentChange = {
  record: DocumentRecord;
  /** Its text was looked at up to this row. */
  seq: number;
  /** Where it is afterwards; null where it goes with its file. */
  path: string | null;
  edit: { clientId: number; bytes: Uint8Array } | null;
  set: Partial<DocumentStyle> & Partial<Pick<DocumentRecord, 'mode' | 'baseSha'>>;
  isClean: boolean;
};

/** All that a push changes here, found out before anything is locked. */
export type MergePlan = {
  from: string | null;
  to: string;
  tree: ForgeTree;
  /** The overlay it was made of; it holds for no other. */
  mark: string;
  /** Where each live document was. */
  places: ReadonlyMap<string, string>;
  /** Every path that changes, or whose file does. */
  touched: ReadonlySet<string>;
  files: OverlayFile[];
  gone: string[];
  documents: DocumentChange[];
  conflicts: NewConflict[];
  superseded: ConflictRecord[];
  /** What the push changed, in the order of the paths. */
  paths: string[];
  /** Live texts that went elsewhere, and whose path is another file, or none, now. */
  moved: { from: string; to: string }[];
  deleted: string[];
  replaced: string[];
};

/** Another one wherever anything of the tree is. */
export function markOf(overlay: Overlay): string {
  return JSON.stringify(
    overlay
      .rows(0)
      .toSorted((one, other) => (one.path < other.path ? -1 : 1))
      .map((row) => [row.path, row.kind, row.fromPath, row.blobSha, row.mode, row.documentId, row.objectId]),
  );
}

/** What both changed keeps what ours says; what they alone changed is theirs. */
export function mergedMode<Mode>(ours: Mode, base: Mode, theirs: Mode): Mode {
  return ours === base ? theirs : ours;
}

export const isText = ({ mode }: TreeEntry) => mode === '100644' || mode === '100755';
