import type { Signature } from '../protocol/commit.js';

const TRAILER = /^[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:[ \t]*\S/;
const GENERATED = /^(?:Signed-off-by: |\(cherry picked from commit )/;

/**
 * The message as it goes into git: line ends and trailing space cleaned as
 * git does it, and one `Co-authored-by` for each co-author who is not in it
 * yet (GIT5), after a blank line or in the block of trailers it ends with.
 */
export function commitMessage(text: string, coAuthors: readonly Signature[]): string {
  const lines = text
    .replaceAll(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd());
  const message = lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
  const written = message.toLowerCase();
  const trailers = coAuthors
    .filter(
      ({ email }) => !new RegExp(`^co-authored-by:.*<${escape(email.toLowerCase())}>`, 'm').test(written),
    )
    .map(({ name, email }) => `Co-authored-by: ${name} <${email}>`);
  if (trailers.length === 0) return message;
  return `${message}${endsWithTrailers(message) ? '\n' : '\n\n'}${trailers.join('\n')}`;
}

/** By git's rule: the last paragraph, not the subject, is all trailers, or has one of git's own and a quarter of trailers. */
function endsWithTrailers(message: string): boolean {
  const paragraphs = message.split('\n\n');
  if (paragraphs.length < 2) return false;
  const lines = (paragraphs.at(-1) ?? '').split('\n');
  // An indented line continues the one before it.
  const own = lines.filter((line, index) => index === 0 || !/^[ \t]/.test(line));
  const trailers = own.filter((line) => TRAILER.test(line) || GENERATED.test(line)).length;
  if (trailers === own.length) return true;
  return own.some((line) => GENERATED.test(line)) && trailers * 4 >= own.length;
}

/** The co-authors without the author, one for each address, in the order of their names. */
export function distinctCoAuthors(author: Signature, others: readonly Signature[]): Signature[] {
  const seen = new Set([author.email.toLowerCase()]);
  return others
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .filter(({ email }) => {
      const address = email.toLowerCase();
      if (seen.has(address)) return false;
      seen.add(address);
      return true;
    });
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
