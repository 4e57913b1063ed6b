import { z } from 'zod';
import { sha } from './repository.js';
import { actor } from './user.js';

/** What somebody did to lines at one time: wrote in them, or deleted them. */
export const lineWriting = z.object({
  actor,
  at: z.iso.datetime(),
  /** Where it is committed; null while it is not. */
  commit: z.object({ sha, subject: z.string(), url: z.string().nullable() }).nullable(),
  /** The event that tells of it in the activity, where there is one. */
  eventSeq: z.number().int().nullable(),
});
export type LineWriting = z.infer<typeof lineWriting>;

/** Who wrote what of a text, line by line (DOC9). */
export const fileLines = z.object({
  baseCommit: sha.nullable(),
  /** How many lines the text has of which this tells. */
  lineCount: z.number().int(),
  writings: z.array(lineWriting),
  /** Lines of the same writings, the latest first; `from` counts from 1. Of other lines nothing is known. */
  runs: z.array(
    z.object({ from: z.number().int(), count: z.number().int(), writings: z.array(z.number().int()).min(1) }),
  ),
  /** Where lines of the base were deleted: after which line (0 is before the first), how many, by which writing. */
  removals: z.array(
    z.object({ after: z.number().int(), count: z.number().int(), writing: z.number().int().nullable() }),
  ),
  /** Whether the forge told who wrote what is committed. */
  hasBlame: z.boolean(),
});
export type FileLines = z.infer<typeof fileLines>;
