import { z } from 'zod';
import { sha } from './repository.js';
import { person } from './user.js';

export const PATH_MAX_LENGTH = 4096;

/** A path inside the repository: relative, `/`-separated, never into `.git`, exactly as git stores it. */
export const filePath = z.string().min(1).max(PATH_MAX_LENGTH).refine(isFilePath, {
  message: 'is not a path inside the repository',
});

export function isFilePath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- NUL and line ends cannot be told apart in a listing
  if (/[\u0000\n\r\\]/.test(path)) return false;
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !isGitDirectory(part));
}

/** `.git` however a file system may spell it: case, HFS+ ignorables, NTFS short name and trailing dots. */
function isGitDirectory(part: string): boolean {
  const folded = part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').toLowerCase();
  return /^(?:\.git|git~1)[ .]*(?::.*)?$/.test(folded);
}

export const fileMode = z.enum(['100644', '100755', '120000', '160000']);
export type FileMode = z.infer<typeof fileMode>;

/** One file of the base commit. Folders follow from the paths. */
export const treeEntry = z.object({
  path: z.string(),
  mode: fileMode,
  sha,
  /** Bytes; absent for a submodule. */
  size: z.number().int().optional(),
});
export type TreeEntry = z.infer<typeof treeEntry>;

export const changeStatus = z.enum(['added', 'modified', 'deleted', 'renamed']);

/** What the overlay holds beyond the base commit, one path each: what a commit would change. */
export const fileChange = z.object({
  path: z.string(),
  status: changeStatus,
  /** For `renamed`: the path at the base commit. */
  fromPath: z.string().optional(),
  mode: fileMode,
  /** Lines; null where the file is not text. */
  additions: z.number().int().nullable(),
  deletions: z.number().int().nullable(),
  /** Who wrote what is pending in this path. */
  authors: z.array(person),
});
export type FileChange = z.infer<typeof fileChange>;

export const workspaceFiles = z.object({
  baseCommit: sha.nullable(),
  entries: z.array(treeEntry),
  /** True where the forge did not list the whole tree. */
  truncated: z.boolean(),
  changes: z.array(fileChange),
});
export type WorkspaceFiles = z.infer<typeof workspaceFiles>;

/** Why a file opens read-only, in a closed set the client turns into a sentence (GIT4). */
export const notTextReason = z.enum(['binary', 'encoding', 'too-large', 'symlink', 'submodule', 'lfs']);
export type NotTextReason = z.infer<typeof notTextReason>;

/** A file as it stands at the base commit. */
export const baseFile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string(), mode: fileMode, sha }),
  z.object({
    kind: z.literal('not-text'),
    reason: notTextReason,
    mode: fileMode,
    sha,
    size: z.number().int(),
    /** Where a symbolic link points to, or where a submodule comes from. */
    target: z.string().optional(),
  }),
  /** The path is not in the base commit. */
  z.object({ kind: z.literal('absent') }),
]);
export type BaseFile = z.infer<typeof baseFile>;

export const filePathBody = z.object({ path: filePath });
export const fileCreation = z.object({ path: filePath, text: z.string().max(1_000_000).default('') });
export const fileMove = z.object({ from: filePath, to: filePath });

/** What to hand back to take a delete or a discard back. Valid while nobody else has changed the path's fate. */
export const fileUndo = z.object({ path: filePath, undo: z.string().max(200) });
export const fileUndoable = z.object({ undo: z.string() });
