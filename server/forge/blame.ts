import type { HostedRepository } from './hosted-repository.js';
import { git, gitText } from './git/git.js';

export type BlameCommit = {
  oid: string;
  messageHeadline: string;
  authoredDate: string;
  committedDate: string;
  author: { name: string; email: string };
};
export type BlameRange = { startingLine: number; endingLine: number; commit: BlameCommit };

/** Which commit each line of a file is from, as git says; lines of one commit that follow each other are one range. */
export async function blame(
  repository: HostedRepository,
  commit: string,
  path: string,
): Promise<BlameRange[] | null> {
  const directory = repository.path;
  const isThere = await gitText(directory, ['cat-file', '-t', `${commit}:${path}`]).catch(() => null);
  if (isThere !== 'blob') return null;
  const output = (await git(directory, ['blame', '--porcelain', commit, '--', path])).toString();
  const commits = new Map<string, BlameCommit>();
  const ranges: BlameRange[] = [];
  let current: BlameCommit | undefined;
  for (const line of output.split('\n')) {
    const head = /^([0-9a-f]{40}) \d+ (\d+)/.exec(line);
    if (head) {
      const [, oid = '', at = ''] = head;
      current = commits.get(oid) ?? emptyCommit(oid);
      commits.set(oid, current);
      const last = ranges.at(-1);
      if (last?.commit === current) last.endingLine = Number(at);
      else ranges.push({ startingLine: Number(at), endingLine: Number(at), commit: current });
    } else if (current && !line.startsWith('\t')) note(current, line);
  }
  return ranges;
}

function emptyCommit(oid: string): BlameCommit {
  return { oid, messageHeadline: '', authoredDate: '', committedDate: '', author: { name: '', email: '' } };
}

function note(commit: BlameCommit, line: string): void {
  const space = line.indexOf(' ');
  const value = line.slice(space + 1);
  switch (line.slice(0, space)) {
    case 'author':
      commit.author.name = value;
      break;
    case 'author-mail':
      commit.author.email = value.slice(1, -1);
      break;
    case 'author-time':
      commit.authoredDate = new Date(Number(value) * 1000).toISOString();
      break;
    case 'committer-time':
      commit.committedDate = new Date(Number(value) * 1000).toISOString();
      break;
    case 'summary':
      commit.messageHeadline = value;
      break;
  }
}
