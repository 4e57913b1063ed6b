import { z } from 'zod';

/** What is left of the requests the forge grants Perch's token in an hour (GIT6). */
export const forgeBudget = z.object({
  limit: z.number().int(),
  remaining: z.number().int(),
  resetsAt: z.iso.datetime(),
});
export type ForgeBudget = z.infer<typeof forgeBudget>;

/** `core`, `graphql`, `search` …: each has a budget of its own. */
export const forgeResource = forgeBudget.extend({ name: z.string(), seenAt: z.iso.datetime() });
export type ForgeResource = z.infer<typeof forgeResource>;

export const forgeTokenBudget = z.object({
  token: z.object({
    id: z.string(),
    /** `perch` is GITHUB_TOKEN; `app` the GitHub App itself, which asks for the tokens of its installations. */
    kind: z.enum(['perch', 'app', 'installation', 'person']),
    /** Where it is installed, or who the person is. */
    name: z.string().nullable(),
  }),
  /** As the last answer said. */
  resources: z.array(forgeResource),
  requests: z.number().int(),
  /** Of these, those answered by 304, which cost nothing. */
  unchanged: z.number().int(),
  /** How often the forge asked to wait, beside its hourly limit. */
  pauses: z.number().int(),
  pausedUntil: z.iso.datetime().nullable(),
});
export type ForgeTokenBudget = z.infer<typeof forgeTokenBudget>;

/** Of the process that answers: each counts for itself. */
export const forgeBudgets = z.object({
  process: z.string(),
  since: z.iso.datetime(),
  tokens: z.array(forgeTokenBudget),
});
