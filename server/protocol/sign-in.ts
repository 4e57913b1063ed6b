import { z } from 'zod';
import { ONE_LINE } from './plain-text.js';

/** Why signing in by GitHub did not work: in `problem` of the sign-in page's address. */
export const signInProblem = z.enum([
  /** The person said no there. */
  'denied',
  /** More than ten minutes lie between leaving and coming back. */
  'expired',
  /** Begun in another browser, or by another page: nobody is signed in by it. */
  'foreign',
  /** GitHub refuses the code: it was used, or is not for this attempt. */
  'used',
  /** That GitHub account is another person's here already. */
  'taken',
  /** GitHub does not answer, or does not know this Perch. */
  'forge',
  /** No App is configured. */
  'off',
]);
export type SignInProblem = z.infer<typeof signInProblem>;

/** How one can sign in here. */
export const signInWays = z.object({ github: z.boolean() });
export type SignInWays = z.infer<typeof signInWays>;

export const githubSignIn = z.object({
  /** The page to return to, one of Perch's own; anything else is the front page. */
  next: z.string().max(2_000).optional(),
  /** Says that whoever is signed in already is who this GitHub account is. */
  connect: z.literal('1').optional(),
});

/** As GitHub sends a person back. */
export const githubCallback = z.object({
  code: z
    .string()
    .max(200)
    .regex(...ONE_LINE)
    .optional(),
  state: z
    .string()
    .max(200)
    .regex(...ONE_LINE)
    .optional(),
  error: z
    .string()
    .max(200)
    .regex(...ONE_LINE)
    .optional(),
});
