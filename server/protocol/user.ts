import { z } from 'zod';

export const userId = z.uuid();

/** A display name: one line, not blank, no control or bidirectional-override characters. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069<>]+$/u, 'may not contain control characters or < >');

/** How others see a person. */
export const person = z.object({
  id: userId,
  name: z.string(),
  /** Index into the twelve presence colours, 0-11; the theme decides the shade. */
  color: z.number().int().min(0).max(11),
});
export type Person = z.infer<typeof person>;

/** The signed-in person's own view of himself. */
export const account = person.extend({
  /** Goes into commits, and is shown before one is made. */
  email: z.email(),
  isOwner: z.boolean(),
  /** What he is called on GitHub, where he has signed in there. */
  login: z.string().optional(),
});
export type Account = z.infer<typeof account>;

export const accountUpdate = z.object({ name: displayName.optional(), email: z.email().max(254).optional() });

/** Who did something: a person, or the branch itself when it was pushed to from outside. */
export const actor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), id: userId, name: z.string(), color: z.number().int() }),
  z.object({ kind: z.literal('git'), sha: z.string(), name: z.string() }),
  z.object({ kind: z.literal('system'), name: z.string() }),
]);
export type Actor = z.infer<typeof actor>;

/** read = watch, write = edit, admin = also invite (SEC1). */
export const role = z.enum(['read', 'write', 'admin']);
export type Role = z.infer<typeof role>;
