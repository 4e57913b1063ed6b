/**
 * What git, PostgreSQL and an address take: no control character, and no half of
 * a surrogate pair, which no encoding has. For `z.string().regex(...ONE_LINE)`.
 */
export const ONE_LINE = [/^[^\p{Cc}\p{Cs}]*$/u, 'may not contain control characters'] as const;

/** The same of text with line ends: they refuse NUL alone. */
// eslint-disable-next-line no-control-regex -- it is what is refused
export const MANY_LINES = [/^[^\u0000\p{Cs}]*$/u, 'may not contain NUL characters'] as const;
