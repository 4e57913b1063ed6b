import { z } from 'zod';
import type { Signature } from '../git/object-store.js';
import type { ForgeUser } from '../hosted-repository.js';

export const signature = z.object({
  name: z.string(),
  email: z.string(),
  date: z.iso.datetime({ offset: true }).optional(),
});

/** Who signs, and when: what was given, else whose token it is and now. */
export function signed(given: z.infer<typeof signature> | undefined, user: ForgeUser): Signature {
  const { name, email, date } = given ?? { name: user.name, email: user.email, date: undefined };
  return { name, email, date: date ?? new Date().toISOString() };
}
