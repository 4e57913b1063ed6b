import type { Workspace } from '@protocol/workspace.js';
import { formatLineRange } from '@/features/editor/line-range.js';

const hashOf = (line: number | null) => (line === null ? '' : formatLineRange({ from: line, to: line }));

/** The file in this room, as it is now. */
export function linkTo(path: string, line: number | null): string {
  const url = new URL(window.location.href);
  url.search = `?path=${encodeURIComponent(path)}`;
  url.hash = hashOf(line);
  return url.href;
}

/**
 * The file at the base commit, on GitHub. The line is the one that is there
 * now: lines added above it and not yet committed move it. Null where there is
 * no page of it.
 */
export function permalinkTo(
  { url, baseCommit, owner, repo }: Workspace,
  path: string,
  line: number | null,
): string | null {
  if (url === null || baseCommit === null) return null;
  const written = path.split('/').map(encodeURIComponent).join('/');
  return `${new URL(url).origin}/${owner}/${repo}/blob/${baseCommit}/${written}${hashOf(line)}`;
}
