import { z } from 'zod';
import { eventType, workspaceEvent, type EventType, type IntegrationType } from './event.js';
import { filePath, notTextReason } from './file.js';
import { sha } from './repository.js';
import { userId } from './user.js';

/** What events are about, for whoever wants to see some of them alone. */
export const timelineKind = z.enum([
  'commits',
  'pushes',
  'edits',
  'files',
  'conflicts',
  'reviews',
  'people',
  'programs',
]);
export type TimelineKind = z.infer<typeof timelineKind>;

const kinds = {
  'workspace.opened': 'people',
  'workspace.moved': 'pushes',
  'person.joined': 'people',
  'person.left': 'people',
  'file.created': 'files',
  'file.replaced': 'files',
  'file.edited': 'edits',
  'file.moved': 'files',
  'file.deleted': 'files',
  'file.restored': 'files',
  'file.discarded': 'files',
  'file.reverted': 'files',
  'commit.created': 'commits',
  'branch.moved': 'pushes',
  'branch.merged': 'pushes',
  'branch.forced': 'pushes',
  'branch.deleted': 'pushes',
  'branch.restored': 'pushes',
  'branch.renamed': 'pushes',
  'repository.renamed': 'pushes',
  'branch.discarded': 'files',
  'branch.recovered': 'files',
  'pull-request.opened': 'reviews',
  'pull-request.reopened': 'reviews',
  'pull-request.drafted': 'reviews',
  'pull-request.readied': 'reviews',
  'pull-request.closed': 'reviews',
  'pull-request.merged': 'reviews',
  'review.submitted': 'reviews',
  'review.dismissed': 'reviews',
  'check.passed': 'reviews',
  'check.failed': 'reviews',
  'conflict.found': 'conflicts',
  'conflict.resolved': 'conflicts',
} satisfies Record<EventType, TimelineKind>;

export const timelineKindOf = (type: EventType | IntegrationType): TimelineKind =>
  type in kinds ? kinds[type as EventType] : 'programs';

export const timelineTypes = (wanted: readonly TimelineKind[]): EventType[] =>
  eventType.options.filter((type) => wanted.includes(kinds[type]));

export const timelineQuery = z.object({
  /** Events after this number, oldest first. */
  after: z.coerce.number().int().nonnegative().optional(),
  /** Events before this number, newest first: for scrolling back. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  /** Of these kinds alone, separated by commas. */
  kinds: z
    .string()
    .max(200)
    .transform((kinds) => kinds.split(','))
    .pipe(z.array(timelineKind))
    .optional(),
  /** Of one person alone. */
  person: userId.optional(),
  /** About one file alone, under whatever name it had. */
  path: filePath.optional(),
});

/** What somebody typed into a file without a pause, from its `file.edited` on. */
export const editSession = z.object({
  /** The event's number. */
  seq: z.number().int(),
  until: z.iso.datetime(),
  /** Characters, those typed and taken away again too. */
  inserted: z.number().int(),
  deleted: z.number().int(),
});
export type EditSession = z.infer<typeof editSession>;

export const timelinePage = z.object({
  events: z.array(workspaceEvent),
  /** Of the `file.edited` among them. */
  edits: z.array(editSession),
});

/** An event, and a path as the file is called now, or was then. */
export const fileMomentQuery = z.object({ path: filePath, seq: z.coerce.number().int().positive() });

/**
 * A file as it was after an event. Typing is told when it begins: after it
 * is when the next thing happened to the file, or now.
 */
export const fileMoment = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string(),
    /** What it was called then. */
    path: z.string(),
  }),
  /** Its bytes are at `history/raw`. */
  z.object({
    kind: z.literal('not-text'),
    reason: notTextReason,
    path: z.string(),
    sha,
    size: z.number().int(),
    /** Where a symbolic link pointed to. */
    target: z.string().optional(),
  }),
  /** It was not there: deleted, or not made yet. */
  z.object({ kind: z.literal('absent'), was: z.enum(['deleted', 'not-yet']) }),
]);
export type FileMoment = z.infer<typeof fileMoment>;

export const fileReversion = z.object({ path: filePath, seq: z.number().int().positive() });
export const fileReverted = z.object({
  /** `same`: it says so already, and nothing was changed. `recreated`: it had been deleted. */
  outcome: z.enum(['reverted', 'recreated', 'same']),
  /** Where it is. */
  path: z.string(),
  /** Takes it back, as after a discard. */
  undo: z.string().nullable(),
});
export type FileReverted = z.infer<typeof fileReverted>;
