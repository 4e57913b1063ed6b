import { z } from 'zod';
import { actor } from './user.js';

/**
 * The vocabulary of a workspace's events: everything that can have happened,
 * and what is told of it. Written by the server alone, in the transaction of
 * the change (EVT1, EVT4). Names are `noun.past`.
 */
export const eventPayloads = {
  'workspace.opened': z.object({ baseCommit: z.string().nullable() }),
  'workspace.moved': z.object({ fromCommit: z.string().nullable(), toCommit: z.string() }),
  'person.joined': z.object({}),
  'person.left': z.object({}),
  'file.created': z.object({ path: z.string() }),
  /** One per person, file and burst of typing: 10 s of quiet, or a commit, ends it. */
  'file.edited': z.object({ path: z.string() }),
  'file.moved': z.object({ from: z.string(), to: z.string() }),
  'file.deleted': z.object({ path: z.string() }),
  'file.restored': z.object({ path: z.string() }),
  'file.discarded': z.object({ path: z.string() }),
  'commit.created': z.object({ sha: z.string(), message: z.string(), paths: z.array(z.string()) }),
  /** The head on the forge is no longer our base: commits wait. */
  'branch.moved': z.object({ head: z.string().nullable(), baseCommit: z.string().nullable() }),
} satisfies Record<string, z.ZodType>;

export type EventPayloads = { [Type in keyof typeof eventPayloads]: z.infer<(typeof eventPayloads)[Type]> };
export type EventType = keyof EventPayloads;

export const eventType = z.enum(Object.keys(eventPayloads) as [EventType, ...EventType[]]);

/** One event as stored and told. `seq` is gap-free within its workspace and in commit order. */
export const workspaceEvent = z.object({
  workspaceId: z.uuid(),
  seq: z.number().int().positive(),
  type: eventType,
  actor,
  payload: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
});

type EventOf<Type extends EventType> = Omit<z.infer<typeof workspaceEvent>, 'type' | 'payload'> & {
  type: Type;
  payload: EventPayloads[Type];
};
/** Narrow by `type` to get the payload of that type. */
export type WorkspaceEvent = { [Type in EventType]: EventOf<Type> }[EventType];

export const eventQuery = z.object({
  /** Events after this number, oldest first. */
  after: z.coerce.number().int().nonnegative().optional(),
  /** Events before this number, newest first: for scrolling back. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const eventPage = z.object({ events: z.array(workspaceEvent) });
