import { z } from 'zod';
import { filePath } from './file.js';
import { MANY_LINES } from './plain-text.js';
import { sha } from './repository.js';

export const signature = z.object({ name: z.string(), email: z.string() });
export type Signature = z.infer<typeof signature>;

/** Shown before a commit is made: whose names and addresses will be in it. */
export const commitPreviewQuery = z.object({ paths: z.array(filePath).max(10_000) });
export const commitPreview = z.object({
  author: signature,
  /** `Co-authored-by` trailers: the authors of surviving changed lines other than the committer (GIT5). */
  coAuthors: z.array(signature),
  /** The branch's head on the forge now; differs from the base when it moved meanwhile. */
  head: sha.nullable(),
  baseCommit: sha.nullable(),
});
export type CommitPreview = z.infer<typeof commitPreview>;

export const commitCreation = z.object({
  message: z
    .string()
    .trim()
    .min(1)
    .max(65_536)
    .regex(...MANY_LINES),
  /** The changed paths to commit; the others stay in the overlay. */
  paths: z.array(filePath).min(1).max(10_000),
  /** The addresses the person was shown: where others would go into the commit it is refused. */
  shownEmails: z.array(z.string()).max(10_000).optional(),
});
export type CommitCreation = z.infer<typeof commitCreation>;

export const commitCreated = z.object({
  sha,
  /** The commit's page on the forge, where it has one. */
  url: z.string().nullable(),
  committedPaths: z.array(z.string()),
});
export type CommitCreated = z.infer<typeof commitCreated>;
