import { z } from 'zod';
import { owner, repositoryName } from './repository.js';
import { displayName, person } from './user.js';

export const invitationRole = z.enum(['read', 'write']);

/** The secret in a link: 256 bits, base64url. It travels in the URL's fragment and in bodies, never in a path or query. */
export const linkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const invitationCreation = z.object({
  owner,
  repo: repositoryName,
  role: invitationRole,
  expiresInHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 30),
});

export const invitation = z.object({
  id: z.uuid(),
  role: invitationRole,
  createdBy: person,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  /** How many people joined through it. */
  uses: z.number().int(),
});
export type Invitation = z.infer<typeof invitation>;

/** The only time the link is told: the server keeps its hash. */
export const invitationCreated = z.object({ invitation, url: z.url() });

export const invitationLook = z.object({ token: linkToken });
export const invitationPreview = z.object({
  owner: z.string(),
  repo: z.string(),
  defaultBranch: z.string(),
  role: invitationRole,
  invitedBy: person,
  expiresAt: z.iso.datetime(),
});
export type InvitationPreview = z.infer<typeof invitationPreview>;

export const invitationAcceptance = z.object({
  token: linkToken,
  /** Required unless somebody is signed in already, who then joins as himself. */
  name: displayName.optional(),
  /** For commits; made up as `name-1a2b3c@users.perch.invalid` where the person gives none, and says so. */
  email: z.email().max(254).optional(),
});

export const member = z.object({
  person,
  role: z.enum(['read', 'write', 'admin']),
  joinedAt: z.iso.datetime(),
});
export type Member = z.infer<typeof member>;
