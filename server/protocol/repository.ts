import { z } from 'zod';

export const owner = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/, 'is not a valid owner');
export const repositoryName = z
  .string()
  .max(100)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]+$/, 'is not a valid repository name');

/**
 * A branch by git's own rules (git-check-ref-format), so that every name git
 * accepts is accepted here and no other (NAM2).
 */
export const branchName = z
  .string()
  .min(1)
  .max(244)
  .refine(isBranchName, { message: 'is not a valid branch name' });

export function isBranchName(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- git forbids exactly these
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return false;
  if (name.startsWith('-') || name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false;
  if (name.includes('..') || name.includes('//') || name.includes('@{') || name === '@' || name === 'HEAD')
    return false;
  return name.split('/').every((part) => part.length > 0 && !part.startsWith('.') && !part.endsWith('.lock'));
}

export const sha = z.string().regex(/^[0-9a-f]{40}$/);

export const repositoryRef = z.object({ owner, repo: repositoryName });
export type RepositoryRef = z.infer<typeof repositoryRef>;

export const branchRef = repositoryRef.extend({ branch: branchName });
export type BranchRef = z.infer<typeof branchRef>;

export const repository = z.object({
  /** The forge's repository id: the key of everything kept about it (NAM1). */
  id: z.number().int(),
  owner: z.string(),
  repo: z.string(),
  defaultBranch: z.string(),
  private: z.boolean(),
  description: z.string().nullable(),
  /** The repository's page on the forge, where it has one. */
  url: z.string().nullable(),
  role: z.enum(['read', 'write', 'admin']),
});
export type Repository = z.infer<typeof repository>;

export const branch = z.object({
  name: z.string(),
  sha,
  protected: z.boolean(),
  isDefault: z.boolean(),
});
export type Branch = z.infer<typeof branch>;

export const branchCreation = z.object({
  owner,
  repo: repositoryName,
  baseBranch: branchName,
  newBranch: branchName,
});

/** What is left of the requests the forge grants Perch's token in an hour (GIT6). */
export const forgeBudget = z.object({
  limit: z.number().int(),
  remaining: z.number().int(),
  resetsAt: z.iso.datetime(),
});
export type ForgeBudget = z.infer<typeof forgeBudget>;
