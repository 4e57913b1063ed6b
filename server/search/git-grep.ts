import { ProtocolError } from '../protocol/error.js';
import type { SearchQuery } from '../protocol/search.js';
import { runGit } from '../platform/git-command.js';

export type GrepLine = { path: string; line: number; text: string };

/** Longer than any search of a repository one would edit in; it ends a runaway expression. */
const TIMEOUT_MS = 20_000;
/** Of a longer line only the part around the first place is told. UTF-16 units. */
const TEXT_LENGTH = 300;
const CONTEXT_BEFORE = 80;
/** A line that is longer is data, not text somebody searches. */
const LINE_BYTES = 10_000_000;

/**
 * `git grep` in a commit, or without one in the files of a folder. `onLine`
 * is told each line found; false is enough.
 *
 * @throws {ProtocolError} `invalid` for an expression that is none, `unavailable` when it takes too long
 */
export async function gitGrep(
  directory: string,
  commit: string | null,
  query: SearchQuery,
  onLine: (line: GrepLine) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const args = ['grep', '-z', '-n', '--column', '-I', '--no-color', '--full-name'];
  if (commit === null) args.push('--no-index');
  args.push(query.regex ? '-P' : '-F');
  if (!query.caseSensitive) args.push('-i');
  if (query.wholeWord) args.push('-w');
  args.push('-e', query.query);
  if (commit !== null) args.push(commit);
  args.push('--');
  const prefix = commit === null ? 0 : commit.length + 1;
  let rest: Buffer = Buffer.alloc(0);
  let enough = false;
  const take = (chunk: Buffer): boolean => {
    let data = rest.byteLength > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = lineEnd(data); end !== -1 && !enough; end = lineEnd(data)) {
      const found = parseLine(data.subarray(0, end), prefix);
      data = data.subarray(end + 1);
      enough = found !== null && !onLine(found);
    }
    if (data.byteLength > LINE_BYTES) enough = true;
    rest = data;
    return !enough;
  };
  const { code, stderr, timedOut } = await runGit(args, {
    directory,
    timeoutMs: TIMEOUT_MS,
    onOutput: take,
    signal,
  });
  if (timedOut)
    throw new ProtocolError('unavailable', 'This search takes too long. Make it narrower, or simpler.');
  if (signal?.aborted) throw new ProtocolError('conflict', 'You have begun another search.');
  if (enough || code === 0 || code === 1) return;
  const fault = /^fatal: (?:-e option, '[\s\S]*': |command line, '[\s\S]*': )(.*)$/m.exec(stderr)?.[1];
  if (fault)
    throw new ProtocolError('invalid', `This is not a regular expression that can be sought: ${fault}.`);
  throw new ProtocolError('internal', 'The search failed. Nothing was changed.', {
    cause: new Error(`git grep ended with ${code}: ${stderr}`),
  });
}

/** A path may contain a line end; the text after the third NUL may not. */
function lineEnd(data: Buffer): number {
  let at = -1;
  for (let nul = 0; nul < 3; nul++) {
    at = data.indexOf(0, at + 1);
    if (at === -1) return -1;
  }
  return data.indexOf(0x0a, at);
}

function parseLine(record: Buffer, prefix: number): GrepLine | null {
  const path = record.indexOf(0);
  const line = record.indexOf(0, path + 1);
  const column = record.indexOf(0, line + 1);
  if (path === -1 || line === -1 || column === -1) return null;
  const bytes = record.subarray(column + 1);
  const before = Math.max(0, Number(record.toString('latin1', line + 1, column)) - 1);
  const whole = bytes.toString().replace(/\r$/, '');
  const start =
    whole.length > TEXT_LENGTH
      ? Math.max(0, bytes.subarray(0, before).toString().length - CONTEXT_BEFORE)
      : 0;
  return {
    path: record.toString('utf8', 0, path).slice(prefix),
    line: Number(record.toString('latin1', path + 1, line)),
    text: whole.slice(start, start + TEXT_LENGTH),
  };
}
