import { z } from 'zod';
import { ONE_LINE } from './plain-text.js';
import { sha } from './repository.js';
import { person } from './user.js';

export const PATH_MAX_LENGTH = 4096;

/** A path inside the repository: relative, `/`-separated, never into `.git`, exactly as git stores it. */
export const filePath = z.string().min(1).max(PATH_MAX_LENGTH).refine(isFilePath, {
  message: 'is not a path inside the repository',
});

export function isFilePath(path: string): boolean {
  // eslint-disable-next-line no-control-regex -- NUL and line ends cannot be told apart in a listing
  if (/[\u0000\n\r\\]/.test(path) || /\p{Cs}/u.test(path)) return false;
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
  /** Of a file that is no text and not committed: the id git gives its bytes. */
  sha: sha.optional(),
});
export type FileChange = z.infer<typeof fileChange>;

export const workspaceFiles = z.object({ baseCommit: sha.nullable(), changes: z.array(fileChange) });
export type WorkspaceFiles = z.infer<typeof workspaceFiles>;

/**
 * The base commit's files by their names, folder by folder: of 100,000 files
 * a tenth of what their paths would take, and made into a tree as folders open.
 */
export const baseListing = z.object({
  baseCommit: sha.nullable(),
  /** The folders that hold files. The root is the empty path. */
  folders: z.array(z.string()),
  /** The names in each of these folders, separated by slashes, which no name contains. */
  names: z.array(z.string()),
  /** Paths of symbolic links, and of submodules. */
  links: z.array(z.string()),
  submodules: z.array(z.string()),
  /** Folders the forge has not listed yet: asked for one at a time, when somebody looks into them. */
  unlisted: z.array(z.string()),
});
export type BaseListing = z.infer<typeof baseListing>;
/** A folder to list first, where it was not yet. */
export const baseListingQuery = z.object({ folder: filePath.optional() });

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

/** How a file is to be written, as `.editorconfig` and `.gitattributes` say; null where they say nothing. */
export const fileStyle = z.object({
  indentStyle: z.enum(['tab', 'space']).nullable(),
  /** Columns. */
  indentSize: z.number().int().nullable(),
  tabWidth: z.number().int().nullable(),
  /** As GitHub's Linguist calls it. */
  language: z.string().nullable(),
});
export type FileStyle = z.infer<typeof fileStyle>;

export const filePathBody = z.object({ path: filePath });
export const fileCreation = z.object({ path: filePath, text: z.string().max(1_000_000).default('') });
export const fileMove = z.object({ from: filePath, to: filePath });

/** The largest file that is taken: beyond it GitHub warns of every push. */
export const UPLOAD_MAX_BYTES = 50_000_000;

/** A file's bytes follow as the request's body, with their `Content-Length`. */
export const fileUpload = z.object({
  path: filePath,
  /** Whether it takes the place of a file that is there. Without it, that is a conflict. */
  replace: z.stringbool().default(false),
});
export const uploadHeaders = z.object({ 'content-length': z.coerce.number().int().nonnegative() });
export const fileUploaded = z.object({
  /** `same`: the file said the same already, and nothing was changed. */
  outcome: z.enum(['created', 'replaced', 'same']),
  /** Brings back what was replaced. */
  undo: z.string().nullable(),
});
export type FileUploaded = z.infer<typeof fileUploaded>;

export const rawFile = z.object({
  path: filePath,
  /** Nothing to the server; a browser asks anew for another one. */
  version: z
    .string()
    .max(100)
    .regex(...ONE_LINE)
    .optional(),
});

/** What to hand back to take a delete, a discard or a replacement back. Valid while nobody else has changed the path's fate. */
export const fileUndo = z.object({ path: filePath, undo: z.string().max(200) });
export const fileUndoable = z.object({ undo: z.string() });
