import { repositoryUrl, type Addresses } from '../answers.js';
import type { TreeEntry } from '../git/object-store.js';
import type { HostedRepository } from '../hosted-repository.js';

const TYPES = { tree: 'dir', blob: 'file', commit: 'submodule' } as const;

/** A file, folder, link or submodule by its path, without what is in it. */
export function contentAnswer(
  repository: HostedRepository,
  entry: TreeEntry,
  ref: string,
  addresses: Addresses,
) {
  const encoded = entry.path.split('/').map(encodeURIComponent).join('/');
  const api = repositoryUrl(repository, addresses);
  const url = `${api}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = entry.type === 'commit' ? null : `${api}/git/${entry.type}s/${entry.sha}`;
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const html = `${addresses.web}/${repository.owner}/${repository.name}/${kind}/${encodeURIComponent(ref)}/${encoded}`;
  return {
    type: entry.mode === '120000' ? ('symlink' as const) : TYPES[entry.type],
    size: entry.size ?? 0,
    name: entry.path.split('/').at(-1)!,
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: git,
    html_url: html,
    download_url: entry.type === 'blob' ? `${html}?raw=1` : null,
    _links: { self: url, git, html },
  };
}

/** GitHub folds base64 at 60 characters. */
export function folded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll(/(.{60})/g, '$1\n');
}
