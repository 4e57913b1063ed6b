import { expect, it } from 'vitest';
import { z } from 'zod';
import { commitCreation } from './commit.js';
import { isFilePath } from './file.js';
import { httpRoutes } from './http-routes.js';
import { isBranchName } from './repository.js';

/** What a part of an address is refused for. */
function refusals(schema: z.ZodType, name: string, value: string): string[] {
  const { error } = schema.safeParse({ [name]: value });
  return (error?.issues ?? []).filter(({ path }) => path[0] === name).map(({ message }) => message);
}

it('SEC5 no address carries what git and PostgreSQL refuse', () => {
  const taken = Object.entries(httpRoutes).flatMap(([route, described]) =>
    (['params', 'query'] as const).flatMap((part) => {
      const schema = (described as Partial<Record<typeof part, z.ZodType>>)[part];
      if (!(schema instanceof z.ZodObject)) return [];
      return Object.keys(schema.shape)
        .filter((name) => refusals(schema, name, 'a\u0000b').length === 0)
        .map((name) => `${route} ${name}`);
    }),
  );
  // Where it is no page of Perch's, it leads to the front page.
  expect(taken).toEqual(['GET /api/auth/github next']);
});

it('SEC5 a commit’s message has lines, and nothing that no log could keep', () => {
  const commit = (message: string) => commitCreation.safeParse({ message, paths: ['a'] }).success;
  expect(commit('Subject\n\n\tBody \u{1f426}\r\n')).toBe(true);
  expect([commit('a\u0000b'), commit('a\ud83d')]).toEqual([false, false]);
});

it('NAM2 half a character is no part of a name', () => {
  expect([isBranchName('a\u{1f426}'), isFilePath('a\u{1f426}')]).toEqual([true, true]);
  expect([isBranchName('a\ud83d'), isFilePath('a\ud83d')]).toEqual([false, false]);
});
