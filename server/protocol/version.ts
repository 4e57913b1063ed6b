/**
 * The number both ends compare when a socket connects. A client of another
 * number is told to reload; it never guesses at a message it does not know.
 * `version.test.ts` pins a hash of every schema to it.
 *
 * 1  documents, presence, events, files, commits
 */
export const PROTOCOL_VERSION = 1;
