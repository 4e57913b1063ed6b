import type { Workspace } from '@protocol/workspace.js';
import { formatLineRange, type LineRange } from '@/features/editor/line-range.js';

const hashOf = (lines: LineRange | null) => (lines === null ? '' : formatLineRange(lines));

/** The file in this room, as it is now. */
export function linkTo(path: string, lines: LineRange | null): string {
  const url = new URL(window.location.href);
  url.search = `?path=${encodeURIComponent(path)}`;
  url.hash = hashOf(lines);
  return url.href;
}

/** A file at a commit, on GitHub. */
export function permalinkTo(
  { url, owner, repo }: { url: string } & Pick<Workspace, 'owner' | 'repo'>,
  commit: string,
  path: string,
  lines: LineRange | null,
): string {
  const written = path.split('/').map(encodeURIComponent).join('/');
  return `${new URL(url).origin}/${owner}/${repo}/blob/${commit}/${written}${hashOf(lines)}`;
}

/** `line 3` or `lines 3 to 5`. */
export function wordsOf({ from, to }: LineRange): string {
  return from === to ? `line ${from}` : `lines ${from} to ${to}`;
}
