import { z } from 'zod';
import { branchChoice } from './branch-state.js';
import { conflictChoice } from './conflict.js';
import { actor } from './user.js';

/** The row of a document's history that an event begins with, or is. */
const textRow = z.object({ documentId: z.uuid(), seq: z.number().int().positive() });
export type TextRow = z.infer<typeof textRow>;
/** Of a folder with all that is in it; events from before this was told do not say so. */
const isFolder = z.literal(true).optional();
/** As the forge shows it. */
const page = z.url({ protocol: /^https?$/ }).nullable();

/** As the forge spells it. */
const repositoryName = z.object({ owner: z.string(), repo: z.string() });

/** Told in the rooms of its own branch and of the one it goes into. */
const pullRequest = z.object({
  number: z.number().int(),
  title: z.string(),
  url: page,
  /** The branch it comes from, with its owner where that is another repository. */
  head: z.string(),
  base: z.string(),
  /** Who did it, by the name on the forge. */
  by: z.string(),
});
const review = pullRequest.extend({
  verdict: z.enum(['approved', 'changes-requested', 'commented', 'dismissed']),
});
const check = z.object({
  name: z.string(),
  sha: z.string(),
  url: page,
  /** In the forge's word: `success`, `failure`, `timed_out` … */
  conclusion: z.string(),
});

/**
 * The vocabulary of a workspace's events: everything that can have happened,
 * and what is told of it. Written by the server alone, in the transaction of
 * the change (EVT1, EVT4). Names are `noun.past`. Programs add `integration.*`
 * ones, and no other.
 */
export const eventPayloads = {
  'workspace.opened': z.object({ baseCommit: z.string().nullable() }),
  'workspace.moved': z.object({ fromCommit: z.string().nullable(), toCommit: z.string() }),
  'person.joined': z.object({}),
  'person.left': z.object({}),
  'file.created': z.object({ path: z.string() }),
  /** An upload took the place of what was there. */
  'file.replaced': z.object({ path: z.string(), row: textRow.optional() }),
  /** One per person, file and burst of typing: 10 s of quiet, or a commit, ends it. */
  'file.edited': z.object({ path: z.string(), row: textRow.optional() }),
  'file.moved': z.object({ from: z.string(), to: z.string(), isFolder }),
  'file.deleted': z.object({ path: z.string(), isFolder }),
  'file.restored': z.object({ path: z.string(), isFolder, row: textRow.optional() }),
  'file.discarded': z.object({ path: z.string(), row: textRow.optional() }),
  /** Its text says again what it said after an earlier event, by a forward edit. */
  'file.reverted': z.object({ path: z.string(), seq: z.number().int(), row: textRow.optional() }),
  'commit.created': z.object({ sha: z.string(), message: z.string(), paths: z.array(z.string()) }),
  /** The head on the forge is no longer our base: commits wait. */
  'branch.moved': z.object({ head: z.string().nullable(), baseCommit: z.string().nullable() }),
  /** A push from outside came in: what is not committed lies above its commit now. */
  'branch.merged': z.object({
    fromCommit: z.string().nullable(),
    toCommit: z.string(),
    /** Whoever pushed, or else the last commit's author. */
    pusher: z.string().nullable(),
    /** The first of them. */
    paths: z.array(z.string()),
    /** How many there are in all. */
    files: z.number().int(),
    conflicts: z.number().int(),
    /** How many it added to the branch; null where its history is another one. */
    commits: z.number().int().nullable(),
  }),
  /** The head is no descendant of what the room stands on: nothing was touched, and people choose. */
  'branch.forced': z.object({ head: z.string(), baseCommit: z.string(), pusher: z.string().nullable() }),
  /** With the name it has now where it was renamed, and that one has a room already. */
  'branch.deleted': z.object({ baseCommit: z.string(), renamedTo: z.string().nullable() }),
  /** The room stands on its branch again: by somebody's choice, or because the branch came back. */
  'branch.restored': z.object({ head: z.string(), choice: branchChoice.nullable() }),
  /** The room went along with its branch's new name. */
  'branch.renamed': z.object({ from: z.string(), to: z.string() }),
  /** By a new name or a new owner: its rooms went along. */
  'repository.renamed': z.object({ from: repositoryName, to: repositoryName }),
  /** All that was not committed was taken back; it is kept, and can be brought back. */
  'branch.discarded': z.object({ discardId: z.string(), files: z.number().int() }),
  'branch.recovered': z.object({ discardId: z.string(), files: z.number().int() }),
  'pull-request.opened': pullRequest,
  'pull-request.reopened': pullRequest,
  'pull-request.drafted': pullRequest,
  /** A draft no more. */
  'pull-request.readied': pullRequest,
  'pull-request.closed': pullRequest,
  'pull-request.merged': pullRequest,
  'review.submitted': review,
  'review.dismissed': review,
  /** Of the branch's head alone; also a status. */
  'check.passed': check,
  'check.failed': check,
  'conflict.found': z.object({ path: z.string(), conflictId: z.string() }),
  /** By a choice, or because a later push changed the same. */
  'conflict.resolved': z.object({
    path: z.string(),
    conflictId: z.string(),
    choice: z.enum([...conflictChoice.options, 'superseded']),
    row: textRow.optional(),
  }),
} satisfies Record<string, z.ZodType>;

export type EventPayloads = { [Type in keyof typeof eventPayloads]: z.infer<(typeof eventPayloads)[Type]> };
export type EventType = keyof EventPayloads;

/** Whether the room stands on another commit after it. */
export const movesBase = (type: string): boolean =>
  type === 'commit.created' || type === 'workspace.moved' || type === 'branch.merged';

export const eventType = z.enum(Object.keys(eventPayloads) as [EventType, ...EventType[]]);

export type IntegrationType = `integration.${string}`;

/** What a program calls what it tells: `integration.build.failed`. */
export const integrationType = z
  .string()
  .max(100)
  .regex(
    /^integration(?:\.[a-z0-9][a-z0-9_-]*)+$/,
    'programs may add integration.* events only, such as integration.build.failed',
  ) as unknown as z.ZodType<IntegrationType, IntegrationType>;

/** Beside these, whatever a program keeps for other programs. */
export const integrationPayload = z
  .object({
    /** What people read in the activity. */
    title: z.string().trim().min(1).max(200).optional(),
    /** Where they read more. */
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
  })
  .catchall(z.unknown())
  .refine(isStorable, { message: 'must be at most 16 KB of JSON, 20 levels deep, without NUL characters' });

export const integrationEvent = z.object({ type: integrationType, payload: integrationPayload.default({}) });

/** The program is named by the server, after its access token; null where a person's own script told it. */
type IntegrationPayload = z.output<typeof integrationPayload> & { program: string | null };

const PAYLOAD_MAX = 16_000;
const PAYLOAD_DEPTH = 20;

function isStorable(payload: object): boolean {
  return isPlain(payload, PAYLOAD_DEPTH) && JSON.stringify(payload).length <= PAYLOAD_MAX;
}

/** What PostgreSQL keeps as jsonb: no NUL and no half of a surrogate pair in any string. */
function isPlain(value: unknown, depth: number): boolean {
  if (depth < 0) return false;
  if (typeof value === 'string') return !value.includes('\0') && !/\p{Cs}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isPlain(key, depth) && isPlain(each, depth - 1));
}

/** One event as stored and told. `seq` is gap-free within its workspace and in commit order. */
export const workspaceEvent = z.object({
  workspaceId: z.uuid(),
  seq: z.number().int().positive(),
  type: z.union([eventType, integrationType]),
  actor,
  payload: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
});

type EventOf<Type, Payload> = Omit<z.infer<typeof workspaceEvent>, 'type' | 'payload'> & {
  type: Type;
  payload: Payload;
};
export type IntegrationEvent = EventOf<IntegrationType, IntegrationPayload>;
/** Narrow by `type` to get the payload of that type. */
export type WorkspaceEvent =
  | { [Type in EventType]: EventOf<Type, EventPayloads[Type]> }[EventType]
  | IntegrationEvent;

export const eventQuery = z.object({
  /** Events after this number, oldest first. */
  after: z.coerce.number().int().nonnegative().optional(),
  /** Events before this number, newest first: for scrolling back. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const eventStreamQuery = z.object({
  /** Where to begin without a Last-Event-ID: events after this number. Else with the next to come. */
  after: z.coerce.number().int().nonnegative().optional(),
});
export const lastEventId = z.object({
  /** The number of the last event heard, which a reconnecting EventSource sends by itself. */
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'must be the number of an event')
    .transform(Number)
    .optional(),
});
/** Frames of `event: event:added` with the event's number as `id`; comments keep the connection alive. */
export const eventStream = z.string().meta({ contentType: 'text/event-stream' });
export const eventPage = z.object({ events: z.array(workspaceEvent) });
