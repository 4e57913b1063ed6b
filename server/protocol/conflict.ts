import { z } from 'zod';
import { sha } from './repository.js';

/**
 * Why a push from outside could not be merged by itself: lines of a text that
 * both changed; a file that they deleted and we changed, or the other way
 * round; bytes that are no text, changed by both; two files that want one name.
 */
export const conflictKind = z.enum(['text', 'deleted-theirs', 'deleted-ours', 'binary', 'path']);
export type ConflictKind = z.infer<typeof conflictKind>;

/** `current` is what the room has, `incoming` what was pushed. */
export const conflictChoice = z.enum(['current', 'incoming', 'both']);
export type ConflictChoice = z.infer<typeof conflictChoice>;

/** An open conflict. Ours stays where it is until somebody decides; theirs is kept here. */
export const conflict = z.object({
  id: z.uuid(),
  workspaceId: z.uuid(),
  /** Where the file is by now. */
  path: z.string(),
  kind: conflictKind,
  documentId: z.uuid().nullable(),
  generation: z.number().int().nullable(),
  /** Of a `text` conflict: Yjs relative positions in base64, around what is typed between them too. */
  start: z.string().nullable(),
  end: z.string().nullable(),
  currentLabel: z.string(),
  incomingLabel: z.string(),
  /** As it was when the push came in; null where it is no text. */
  currentText: z.string().nullable(),
  incomingText: z.string().nullable(),
  baseText: z.string().nullable(),
  /** Where the commit has what is incoming; null where it was deleted there. */
  incomingPath: z.string().nullable(),
  incomingSha: sha.nullable(),
  commitSha: sha,
  pusher: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type Conflict = z.infer<typeof conflict>;

export const conflictResolution = z.object({ choice: conflictChoice });
