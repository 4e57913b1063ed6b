/**
 * Every address of Perch: its pattern and how to write it, side by side.
 *
 * NAM1 Owner and repository stand in the forge's own case.
 * NAM2 A branch is one percent-encoded segment, whatever its name.
 */
export const paths = {
  home: { pattern: '/', href: () => '/' },
  choose: { pattern: '/workspace', href: () => '/workspace' },
  newWorkspace: {
    pattern: '/workspace/new',
    href: (owner?: string, repo?: string) =>
      owner && repo ? `/workspace/new?${new URLSearchParams({ owner, repo })}` : '/workspace/new',
  },
  signIn: {
    pattern: '/sign-in',
    href: (returnTo?: string) =>
      returnTo && returnTo !== '/' ? `/sign-in?returnTo=${encodeURIComponent(returnTo)}` : '/sign-in',
  },
  join: { pattern: '/join', href: () => '/join' },
  accessTokens: { pattern: '/settings/tokens', href: () => '/settings/tokens' },
  forgeBudgets: { pattern: '/settings/github', href: () => '/settings/github' },
  branches: {
    pattern: '/github/:owner/:repo',
    href: (owner: string, repo: string) => `/github/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}`,
  },
  workspace: {
    pattern: '/github/:owner/:repo/*',
    href: ({
      owner,
      repo,
      branch,
      page = 'code',
    }: {
      owner: string;
      repo: string;
      branch: string;
      page?: string;
    }) => `${paths.branches.href(owner, repo)}/${encodeURIComponent(branch)}/${page}`,
  },
} as const;

export type WorkspaceAddress =
  | { kind: 'canonical'; owner: string; repo: string; branch: string; page: 'code' }
  /** The server, which knows the branches, has to say where the name ends. */
  | { kind: 'unresolved'; owner: string; repo: string; rest: string };

/**
 * Reads a workspace's address. The router's own decoding cannot be used: it
 * would take `%2F` in a branch for a slash between segments, or decode twice.
 */
export function parseWorkspacePath(pathname: string): WorkspaceAddress | null {
  const found = /^\/github\/([^/]+)\/([^/]+)\/(.+?)\/?$/.exec(pathname);
  if (!found) return null;
  const [, owner, repo, rest] = found as unknown as [string, string, string, string];
  const segments = rest.split('/');
  const branch = segments.length === 2 && segments[1] === 'code' ? decode(segments[0]!) : null;
  if (branch !== null && encodeURIComponent(branch) === segments[0]) {
    return {
      kind: 'canonical',
      owner: decode(owner) ?? owner,
      repo: decode(repo) ?? repo,
      branch,
      page: 'code',
    };
  }
  return { kind: 'unresolved', owner: decode(owner) ?? owner, repo: decode(repo) ?? repo, rest };
}

/** Where somebody wanted to go before signing in: a path of ours, never another site. */
export function safeReturnTo(value: string | null): string {
  return value && /^\/(?![/\\])/.test(value) ? value : '/';
}

/** What a person types into the field: `owner/repo`, `owner/repo@branch`, or a GitHub address. Null where it is neither. */
export function parseRepositoryInput(input: string): string | null {
  const text = input.trim();
  const address =
    /^(?:https?:\/\/[^/]+\/|git@[^:]+:)([^/\s]+)\/([^/\s]+?)(?:\.git)?(?:\/(?:tree|blob)\/([^?#]+))?\/?(?:\?[^#]*)?(#.*)?$/.exec(
      text,
    );
  if (address) {
    const [, owner, repo, rest, hash = ''] = address as unknown as [string, string, string, string?, string?];
    return rest
      ? `${paths.branches.href(owner, repo)}/${rest.replace(/\/$/, '')}${hash}`
      : paths.branches.href(owner, repo);
  }
  const short = /^([^/\s@]+)\/([^/\s@]+)(?:@(\S+))?$/.exec(text);
  if (!short) return null;
  const [, owner, repo, branch] = short as unknown as [string, string, string, string?];
  return branch ? paths.workspace.href({ owner, repo, branch }) : paths.branches.href(owner, repo);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
