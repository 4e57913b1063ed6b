import { z } from 'zod';
import { owner, repositoryName, sha } from './repository.js';
import { ONE_LINE } from './plain-text.js';
import { presence } from './presence.js';
import { person, role } from './user.js';

export const workspace = z.object({
  id: z.uuid(),
  repositoryId: z.number().int(),
  /** In the forge's own case: a differing URL is redirected (NAM1). */
  owner: z.string(),
  repo: z.string(),
  branch: z.string(),
  /** The commit the overlay lies above; null in an empty repository. */
  baseCommit: sha.nullable(),
  /** The branch's head on the forge when last looked; null where the branch is gone. */
  headCommit: sha.nullable(),
  role,
  /** The branch's page on the forge, where it has one. */
  url: z.string().nullable(),
});
export type Workspace = z.infer<typeof workspace>;

/**
 * What stands behind `/github/:owner/:repo/` in a URL, percent-decoded or not:
 * the server knows the branches, so it alone can say where a name with
 * slashes ends (NAM2).
 */
export const locationQuery = z.object({
  owner,
  repo: repositoryName,
  rest: z
    .string()
    .max(1000)
    .regex(...ONE_LINE),
});
export const location = z.object({ branch: z.string(), page: z.string() });

export const recentWorkspace = z.object({
  owner: z.string(),
  repo: z.string(),
  branch: z.string(),
  openedAt: z.iso.datetime(),
  /** Paths in the overlay. */
  changes: z.number().int(),
  people: z.array(person),
});
export type RecentWorkspace = z.infer<typeof recentWorkspace>;

export const workspaceJoin = z.object({ workspaceId: z.uuid() });
export const workspaceJoined = z.object({
  connectionId: z.string(),
  role,
  present: z.array(presence),
  /** The last event's number: what comes later arrives as `event:added`. */
  eventSeq: z.number().int(),
});
export const workspaceClosed = z.object({
  workspaceId: z.uuid(),
  /**
   * withdrawn: the right to read is gone, and with it what a device keeps of the repository.
   * unconfirmed: the forge, whose word it is, has not answered for too long; it opens again when it does.
   * signed-out: the forge lets Perch act for the person no more; it opens again when he has signed in there.
   */
  reason: z.enum(['withdrawn', 'unconfirmed', 'signed-out']),
  message: z.string(),
});
export type WorkspaceClosed = z.infer<typeof workspaceClosed>;
/** What one may do in it is another from now on: documents are joined again. */
export const workspaceRole = z.object({ workspaceId: z.uuid(), role });
