import { z } from 'zod';
import { sha } from './repository.js';
import { person } from './user.js';

/**
 * What becomes of a branch that is not where the room stands: what is not
 * committed goes above its new head, the branch is made again where the room
 * stands, or what is not committed is taken back.
 */
export const branchChoice = z.enum(['rebase', 'recreate', 'discard']);
export type BranchChoice = z.infer<typeof branchChoice>;

/** How a room's branch stands to it. While it is not `there`, nothing is committed (GIT3). */
export const branchState = z.object({
  state: z.enum(['there', 'forced', 'deleted']),
  branch: z.string(),
  /** The commit the room stands on. */
  baseCommit: sha.nullable(),
  /** Where a `forced` branch stands. */
  head: sha.nullable(),
  /** What a `deleted` branch is called by now, where that one has a room of its own. */
  renamedTo: z.string().nullable(),
  /** What was discarded last, while it can be brought back. */
  discarded: z.object({ id: z.uuid(), files: z.number().int(), by: person, at: z.iso.datetime() }).nullable(),
});
export type BranchState = z.infer<typeof branchState>;

export const branchDecision = z.object({ choice: branchChoice });
export const branchDecided = z.object({
  /** The id of what was discarded. */
  discardId: z.uuid().nullable(),
  /** Paths that could not be taken back, and why. */
  kept: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type BranchDecided = z.infer<typeof branchDecided>;
export const branchRecovery = z.object({ discardId: z.uuid() });
export const branchRecovered = branchDecided.pick({ kept: true });
