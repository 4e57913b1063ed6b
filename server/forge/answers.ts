import type { ChangedFile } from './git/changed-files.js';
import type { Commit, TreeEntry } from './git/object-store.js';
import {
  permits,
  type Delivery,
  type ForgeUser,
  type HostedRepository,
  type Hook,
  type Permission,
} from './hosted-repository.js';

/** GitHub's answers, in the shapes its OpenAPI description gives them. `api` and `web` are the forge's two addresses. */
export type Addresses = { api: string; web: string };

const EPOCH = '2024-01-01T00:00:00Z';
const encode = (path: string) => path.split('/').map(encodeURIComponent).join('/');

export function userAnswer(user: Pick<ForgeUser, 'id' | 'login'>, { api, web }: Addresses) {
  const url = `${api}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: Buffer.from(`04:User${user.id}`).toString('base64'),
    avatar_url: `${web}/avatars/${user.login}`,
    gravatar_id: '',
    url,
    html_url: `${web}/${user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    user_view_type: 'public',
    site_admin: false,
  };
}

export function accountAnswer(user: ForgeUser, addresses: Addresses) {
  return {
    ...userAnswer(user, addresses),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: user.isEmailHidden ? null : user.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: EPOCH,
    updated_at: EPOCH,
  };
}

const LINKS = [
  'archive_url:{archive_format}{/ref}',
  'assignees_url:assignees{/user}',
  'blobs_url:git/blobs{/sha}',
  'branches_url:branches{/branch}',
  'collaborators_url:collaborators{/collaborator}',
  'comments_url:comments{/number}',
  'commits_url:commits{/sha}',
  'compare_url:compare/{base}...{head}',
  'contents_url:contents/{+path}',
  'contributors_url:contributors',
  'deployments_url:deployments',
  'downloads_url:downloads',
  'events_url:events',
  'forks_url:forks',
  'git_commits_url:git/commits{/sha}',
  'git_refs_url:git/refs{/sha}',
  'git_tags_url:git/tags{/sha}',
  'hooks_url:hooks',
  'issue_comment_url:issues/comments{/number}',
  'issue_events_url:issues/events{/number}',
  'issues_url:issues{/number}',
  'keys_url:keys{/key_id}',
  'labels_url:labels{/name}',
  'languages_url:languages',
  'merges_url:merges',
  'milestones_url:milestones{/number}',
  'notifications_url:notifications{?since,all,participating}',
  'pulls_url:pulls{/number}',
  'releases_url:releases{/id}',
  'stargazers_url:stargazers',
  'statuses_url:statuses/{sha}',
  'subscribers_url:subscribers',
  'subscription_url:subscription',
  'tags_url:tags',
  'teams_url:teams',
  'trees_url:git/trees{/sha}',
] as const;

export function repositoryUrl(repository: HostedRepository, { api }: Addresses): string {
  return `${api}/repos/${repository.owner}/${repository.name}`;
}

export function repositoryAnswer(
  repository: HostedRepository,
  /** Null for an App in its own name, which has no role. */
  permission: Permission | null,
  defaultBranch: string,
  addresses: Addresses,
) {
  const { owner, name, id, options } = repository;
  const url = repositoryUrl(repository, addresses);
  const html = `${addresses.web}/${owner}/${name}`;
  const counts = {
    forks: 0,
    forks_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
  };
  const features = {
    has_issues: false,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    has_downloads: false,
  };
  return {
    id,
    node_id: repository.nodeId,
    name,
    full_name: `${owner}/${name}`,
    owner: userAnswer({ id: 1, login: owner }, addresses),
    private: options.private,
    visibility: options.private ? 'private' : 'public',
    html_url: html,
    description: options.description,
    fork: false,
    url,
    ...Object.fromEntries(
      LINKS.map((link) => [link.slice(0, link.indexOf(':')), `${url}/${link.slice(link.indexOf(':') + 1)}`]),
    ),
    git_url: `${html}.git`.replace('http', 'git'),
    ssh_url: `${html}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    size: 0,
    archived: false,
    disabled: false,
    topics: [],
    default_branch: defaultBranch,
    pushed_at: EPOCH,
    created_at: EPOCH,
    updated_at: EPOCH,
    network_count: 0,
    subscribers_count: 0,
    ...counts,
    ...features,
    permissions: permissionsAnswer(permission),
  };
}

export function permissionsAnswer(permission: Permission | null) {
  const may = (need: Permission) => permission !== null && permits(permission, need);
  return {
    admin: may('admin'),
    maintain: may('maintain'),
    push: may('write'),
    triage: may('triage'),
    pull: may('read'),
  };
}

export function refAnswer(
  repository: HostedRepository,
  ref: { ref: string; sha: string; type: string },
  addresses: Addresses,
) {
  const url = repositoryUrl(repository, addresses);
  return {
    ref: ref.ref,
    node_id: Buffer.from(`03:Ref${repository.id}:${ref.ref}`).toString('base64'),
    url: `${url}/git/${encode(ref.ref)}`,
    object: { sha: ref.sha, type: ref.type, url: `${url}/git/${ref.type}s/${ref.sha}` },
  };
}

export function treeEntryAnswer(repository: HostedRepository, entry: TreeEntry, addresses: Addresses) {
  const url = repositoryUrl(repository, addresses);
  const link = entry.type === 'commit' ? {} : { url: `${url}/git/${entry.type}s/${entry.sha}` };
  return { ...entry, ...link };
}

const UNSIGNED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

export function gitCommitAnswer(repository: HostedRepository, commit: Commit, addresses: Addresses) {
  const url = repositoryUrl(repository, addresses);
  const html = `${addresses.web}/${repository.owner}/${repository.name}/commit`;
  return {
    sha: commit.sha,
    node_id: Buffer.from(`06:Commit${repository.id}:${commit.sha}`).toString('base64'),
    url: `${url}/git/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/git/commits/${sha}`,
      html_url: `${html}/${sha}`,
    })),
    verification: UNSIGNED,
  };
}

export function commitAnswer(repository: HostedRepository, commit: Commit, addresses: Addresses) {
  const answer = gitCommitAnswer(repository, commit, addresses);
  const url = `${repositoryUrl(repository, addresses)}/commits/${commit.sha}`;
  const { author, committer, tree, message, verification } = answer;
  return {
    sha: commit.sha,
    node_id: answer.node_id,
    url,
    html_url: answer.html_url,
    comments_url: `${url}/comments`,
    commit: { author, committer, tree, message, verification, url: answer.url, comment_count: 0 },
    author: null,
    committer: null,
    parents: answer.parents,
  };
}

/** @param commit what the newer side is seen at */
export function fileAnswer(
  repository: HostedRepository,
  file: ChangedFile,
  commit: string,
  addresses: Addresses,
) {
  const { filename, previous, additions, deletions } = file;
  const html = `${addresses.web}/${repository.owner}/${repository.name}`;
  const contents = `${repositoryUrl(repository, addresses)}/contents/${encode(filename)}`;
  return {
    sha: file.sha,
    filename,
    status: file.status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${html}/blob/${commit}/${encode(filename)}`,
    raw_url: `${html}/raw/${commit}/${encode(filename)}`,
    contents_url: `${contents}?ref=${commit}`,
    ...(previous !== undefined && { previous_filename: previous }),
  };
}

export function hookAnswer(repository: HostedRepository, hook: Hook, addresses: Addresses) {
  const url = `${repositoryUrl(repository, addresses)}/hooks/${hook.id}`;
  const [last] = hook.deliveries;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: 'json',
      insecure_ssl: '0',
      ...(hook.secret ? { secret: '********' } : {}),
    },
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    created_at: hook.createdAt,
    updated_at: hook.updatedAt,
    last_response: last
      ? { code: last.statusCode, status: last.statusCode < 300 ? 'active' : 'failed', message: last.status }
      : { code: null, status: 'unused', message: null },
  };
}

export function deliveryAnswer(repository: HostedRepository, delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: null,
    installation_id: null,
    repository_id: repository.id,
    throttled_at: null,
  };
}
