import { useQuery } from '@tanstack/react-query';
import type { Workspace } from '@protocol/workspace.js';
import type { LineRange } from '@/features/editor/line-range.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { committedLines } from './committed-lines.js';
import { permalinkTo, wordsOf } from './links.js';

export type Permalink = { url: string; words: string } | { url: null; words: string };

type Asked = {
  workspace: Workspace;
  path: string;
  /** Where the last commit has the file; null where it has not. */
  committedPath: string | null;
  document: LiveDocument | null;
  lines: LineRange | null;
  /** Only looked up when somebody wants it. */
  isWanted: boolean;
};

/** The way to these lines as they are committed, for good; or why there is none. */
export function usePermalink({
  workspace,
  path,
  committedPath,
  document,
  lines,
  isWanted,
}: Asked): Permalink {
  const { url, baseCommit } = workspace;
  const hasPage = url !== null && baseCommit !== null && committedPath !== null;
  const base = useQuery({
    queryKey: ['base', workspace.id, path],
    enabled: isWanted && hasPage && lines !== null,
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/base', { params: { id: workspace.id }, query: { path }, signal }),
  });
  if (url === null) return nowhere('This repository has no page on GitHub');
  if (baseCommit === null) return nowhere('There is no commit yet to link to');
  if (committedPath === null) return nowhere('This file is not committed yet');
  const toLines = (at: LineRange | null) => permalinkTo({ ...workspace, url }, baseCommit, committedPath, at);
  if (lines === null || !document || base.data?.kind === 'not-text')
    return { url: toLines(null), words: 'The file at the last commit, for good' };
  if (!isWanted || base.isPending) return nowhere('Looking for the line in the last commit…');
  if (base.data?.kind !== 'text') return nowhere('The last commit could not be looked up');
  const committed = committedLines(base.data.text, document.text.toString(), lines);
  if (!committed)
    return nowhere(`${capital(wordsOf(lines))} ${lines.from === lines.to ? 'is' : 'are'} not committed yet`);
  const moved = committed.from !== lines.from || committed.to !== lines.to;
  return {
    url: toLines(committed),
    words: moved
      ? `${capital(wordsOf(committed))} at the last commit, for good`
      : 'As it stands at the last commit, for good',
  };
}

const nowhere = (words: string): Permalink => ({ url: null, words });
const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
