import { z } from 'zod';

/** One line of text: what is sought is sought line by line. */
const oneLine = (most: number) =>
  z
    .string()
    .max(most)
    // eslint-disable-next-line no-control-regex -- git would take a line end for another pattern
    .regex(/^[^\u0000\r\n]*$/, 'has to be one line');

export const searchQuery = z.object({
  query: oneLine(1_000).min(1),
  regex: z.boolean().default(false),
  caseSensitive: z.boolean().default(false),
  wholeWord: z.boolean().default(false),
  /** Globs, separated by commas; a plain name is a file or folder of that name anywhere. */
  include: oneLine(500).default(''),
  exclude: oneLine(500).default(''),
});
export type SearchQuery = z.infer<typeof searchQuery>;

export const searchFound = z.object({
  /** In the order of their paths. */
  files: z.array(
    z.object({
      path: z.string(),
      /** Found in text that is not committed. */
      uncommitted: z.boolean(),
      lines: z.array(
        z.object({
          line: z.number().int(),
          /** The line, or where it is long the part around the first place. */
          text: z.string(),
        }),
      ),
    }),
  ),
  /** There is more than is told. */
  truncated: z.boolean(),
});
export type SearchFound = z.infer<typeof searchFound>;

/**
 * What is sought, as an expression that finds every place in a line or a text.
 *
 * @throws {SyntaxError} for a regular expression that is none
 */
export function searchExpression({
  query,
  regex,
  caseSensitive,
  wholeWord,
}: Pick<SearchQuery, 'query' | 'regex' | 'caseSensitive' | 'wholeWord'>): RegExp {
  const source = regex ? query : query.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
  const whole = wholeWord ? `(?<![\\p{L}\\p{N}_])(?:${source})(?![\\p{L}\\p{N}_])` : source;
  return new RegExp(whole, caseSensitive ? 'gmu' : 'gimu');
}
