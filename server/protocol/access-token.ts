import { z } from 'zod';
import { owner, repositoryName, repositoryRef } from './repository.js';
import { displayName } from './user.js';

/** What a program may do with a token. It never may more than the person whose token it is. */
export const accessScope = z.enum(['presence:read', 'presence:write', 'events:read', 'events:write']);
export type AccessScope = z.infer<typeof accessScope>;

/** The secret: a prefix by which a leaked one is recognised, and 256 bits, base64url. */
export const accessTokenSecret = z.string().regex(/^perch_[A-Za-z0-9_-]{43}$/);

export const accessTokenCreation = z.object({
  name: displayName,
  scopes: z.array(accessScope).min(1).max(accessScope.options.length),
  /** The one repository it is for; without it, every repository its person may see. */
  repository: z.object({ owner, repo: repositoryName }).nullable(),
  expiresInDays: z.number().int().min(1).max(366),
});

export const accessToken = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(accessScope),
  repository: repositoryRef.nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** To the minute; null where it was never used. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type AccessToken = z.infer<typeof accessToken>;

/** The only time the secret is told: the server keeps its hash. */
export const accessTokenCreated = z.object({ accessToken, secret: accessTokenSecret });
