import { z } from 'zod';
import { ONE_LINE } from './plain-text.js';
import { person } from './user.js';

export const owner = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/, 'is not a valid owner');
export const repositoryName = z
  .string()
  .max(100)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]+$/, 'is not a valid repository name');

/** GitHub takes a ref of 255, `refs/heads/` before it. */
const BRANCH_NAME_MAX_LENGTH = 244;

/**
 * A branch by git's own rules (git-check-ref-format), so that every name git
 * accepts is accepted here and no other (NAM2).
 */
export const branchName = z
  .string()
  .min(1)
  .max(BRANCH_NAME_MAX_LENGTH)
  .refine(isBranchName, { message: 'is not a valid branch name' });

export function isBranchName(name: string): boolean {
  if (name.length > BRANCH_NAME_MAX_LENGTH) return false;
  // eslint-disable-next-line no-control-regex -- git forbids exactly these
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name) || /\p{Cs}/u.test(name)) return false;
  if (name.startsWith('-') || name.startsWith('/') || name.endsWith('/') || name.endsWith('.')) return false;
  if (name.includes('..') || name.includes('//') || name.includes('@{') || name === '@' || name === 'HEAD')
    return false;
  return name.split('/').every((part) => part.length > 0 && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** What to do about a name that is none. */
export function branchNameAdvice(name: string): string {
  return name.length > BRANCH_NAME_MAX_LENGTH
    ? `A branch’s name has ${BRANCH_NAME_MAX_LENGTH} characters at most.`
    : `Git does not allow the branch name ${name}. Leave out spaces, and characters like ~ ^ : ? * [ and \\.`;
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

export const repositoryQuery = z.object({
  /** Words of a name; without it every repository one may see. */
  query: z
    .string()
    .trim()
    .max(200)
    .regex(...ONE_LINE)
    .optional(),
});

export const branch = z.object({
  name: z.string(),
  sha,
  /** The forge takes changes by a pull request alone. */
  protected: z.boolean(),
  isDefault: z.boolean(),
  /** When its last commit was made; null where the forge does not say. */
  committedAt: z.iso.datetime({ offset: true }).nullable(),
  /** Who is in its room now. */
  people: z.array(person),
});
export type Branch = z.infer<typeof branch>;

export const branchPageQuery = z.object({
  /** A part of the name, in whatever case. */
  query: z
    .string()
    .trim()
    .max(BRANCH_NAME_MAX_LENGTH)
    .regex(...ONE_LINE)
    .optional(),
  /** `nextCursor` of the page before. */
  cursor: z
    .string()
    .max(1000)
    .regex(...ONE_LINE)
    .optional(),
});

/** Branches, the one last committed to first. */
export const branchPage = z.object({
  branches: z.array(branch),
  /** Wherever it stands in the list; null in an empty repository. */
  defaultBranch: branch.nullable(),
  /** How many there are on all pages. */
  total: z.number().int(),
  nextCursor: z.string().nullable(),
  /** Whether that is every branch; of very many only a part is read, and others are found by how they begin. */
  isComplete: z.boolean(),
});
export type BranchPage = z.infer<typeof branchPage>;

/** Names are checked as the forge would: what is no name is 422 or not found, not 400. */
const wantedName = z.string().max(1000);

/** Either `newBranch`, or a `prefix` (which may be empty) that the server completes to a name nobody has. */
export const branchCreation = z
  .object({
    owner,
    repo: repositoryName,
    baseBranch: wantedName,
    newBranch: wantedName.optional(),
    prefix: wantedName.optional(),
  })
  .refine(({ newBranch, prefix }) => (newBranch === undefined) !== (prefix === undefined), {
    message: 'has either newBranch or prefix',
  });

/** A new branch at the commit a room stands on. */
export const branchOff = z
  .object({
    newBranch: wantedName.optional(),
    prefix: wantedName.optional(),
    /** Whether what is not committed comes along: as a copy, with its authors. It stays here too. */
    bring: z.boolean(),
  })
  .refine(({ newBranch, prefix }) => (newBranch === undefined) !== (prefix === undefined), {
    message: 'has either newBranch or prefix',
  });
export const branchedOff = z.object({
  branch: z.string(),
  /** Changed paths that came along. */
  brought: z.number().int(),
});

export const branchProtection = z.object({
  /** The forge takes changes by a pull request alone. */
  isProtected: z.boolean(),
});
