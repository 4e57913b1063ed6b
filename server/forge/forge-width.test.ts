import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { git, startTestForge, type TestForge } from './testing/test-forge.js';

let it: TestForge;
afterEach(() => it.stop());
const repo = { owner: 'octo', repo: 'cat' };
const told = async (asked: Promise<unknown>) =>
  (await asked.catch((error: unknown) => error)) as {
    status: number;
    message: string;
    response: { headers: Record<string, string> };
  };

test('FRG7 what is unchanged is 304 and costs nothing; a budget that is used up refuses until its reset', async () => {
  it = await startTestForge({ rates: { requestsPerHour: 4 } });
  await it.serve('cat', await it.work('cat', { a: 'a\n' }));
  const octokit = it.client();
  const first = await octokit.rest.repos.get(repo);
  const etag = first.headers.etag!;
  expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '4', 'x-ratelimit-remaining': '3' });
  for (let time = 0; time < 5; time++) {
    const same = await told(octokit.rest.repos.get({ ...repo, headers: { 'if-none-match': etag } }));
    expect(same.status).toBe(304);
    expect(same.response.headers['x-ratelimit-remaining']).toBe('3');
  }
  expect((await octokit.rest.rateLimit.get()).data.rate).toMatchObject({ limit: 4, used: 1, remaining: 3 });
  for (let time = 0; time < 3; time++) await octokit.rest.repos.listBranches(repo);
  const over = await told(octokit.rest.repos.listBranches(repo));
  expect(over).toMatchObject({ status: 403, message: expect.stringContaining('API rate limit exceeded') });
  expect(over.response.headers['x-ratelimit-remaining']).toBe('0');
  expect(Number(over.response.headers['x-ratelimit-reset'])).toBeGreaterThan(Date.now() / 1000);
  // Another user's budget is another; GraphQL's and the search's are too.
  expect((await it.client('rob').rest.repos.get(repo)).status).toBe(200);
  expect((await octokit.graphql<{ viewer: { login: string } }>('{ viewer { login } }')).viewer.login).toBe(
    'ada',
  );
  expect(it.forge.answers.get('GET repos 304')).toBe(5);
});

test('FRG7 too much content at once is refused with what to wait', async () => {
  it = await startTestForge({ rates: { writesPerMinute: 2, retryAfterSeconds: 7, refusalStatus: 429 } });
  await it.serve('cat', await it.work('cat', { a: 'a\n' }));
  const octokit = it.client();
  const write = () => octokit.rest.git.createBlob({ ...repo, content: 'x' });
  await write();
  await write();
  const over = await told(write());
  expect(over).toMatchObject({ status: 429, message: expect.stringContaining('secondary rate limit') });
  expect(over.response.headers['retry-after']).toBe('7');
  expect((await octokit.rest.repos.get(repo)).status).toBe(200);
});

test('FRG8 a recursive tree, a folder, a file and a blob end where GitHub ends them', async () => {
  it = await startTestForge({
    limits: { treeEntries: 4, contentsBytes: 10, contentsEntries: 3, blobBytes: 30 },
  });
  const files = Object.fromEntries(['a', 'b', 'c', 'd/e', 'd/f'].map((path) => [path, 'x']));
  const more = { 'd/long': 'l'.repeat(20), 'd/longer': 'l'.repeat(31) };
  await it.serve('cat', await it.work('cat', { ...files, ...more }));
  const octokit = it.client();
  const tree = async (tree_sha: string, recursive?: string) =>
    (await octokit.rest.git.getTree({ ...repo, tree_sha, ...(recursive && { recursive }) })).data;
  const cut = await tree('main', '1');
  expect(cut.truncated).toBe(true);
  expect(cut.tree.map((each) => each.path)).toEqual(['a', 'b', 'c', 'd']);
  const below = await tree(cut.tree[3]!.sha, '1');
  expect(below.truncated).toBe(false);
  expect(below.tree.map((each) => each.path)).toEqual(['e', 'f', 'long', 'longer']);
  expect((await tree('main')).truncated).toBe(false);
  // Contents.
  const folder = await octokit.rest.repos.getContent({ ...repo, path: '' });
  expect((folder.data as { path: string }[]).map((each) => each.path)).toEqual(['a', 'b', 'c']);
  const object = await octokit.rest.repos.getContent({ ...repo, path: 'd', mediaType: { format: 'object' } });
  expect(object.data).toMatchObject({ type: 'dir', path: 'd', entries: [{ path: 'd/e' }, {}, {}] });
  const long = await octokit.rest.repos.getContent({ ...repo, path: 'd/long' });
  expect(long.data).toMatchObject({ size: 20, content: '', encoding: 'none' });
  const raw = await octokit.rest.repos.getContent({ ...repo, path: 'd/long', mediaType: { format: 'raw' } });
  expect(raw.data).toBe('l'.repeat(20));
  const refused = { status: 403, message: expect.stringContaining('up to 100 MB') as string };
  expect(await told(octokit.rest.repos.getContent({ ...repo, path: 'd/longer' }))).toMatchObject(refused);
  // Blobs.
  const sha = (path: string) => below.tree.find((each) => each.path === path)!.sha;
  expect((await octokit.rest.git.getBlob({ ...repo, file_sha: sha('long') })).data.size).toBe(20);
  expect(await told(octokit.rest.git.getBlob({ ...repo, file_sha: sha('longer') }))).toMatchObject(refused);
});

test('FRG8 the size of a recursive tree counts too', async () => {
  it = await startTestForge({ limits: { treeBytes: 500 } });
  await it.serve('cat', await it.work('cat', { a: '1', b: '2', c: '3' }));
  const { data } = await it.client().rest.git.getTree({ ...repo, tree_sha: 'main', recursive: '1' });
  expect(data.truncated).toBe(true);
  expect(data.tree.length).toBeGreaterThan(0);
  expect(data.tree.length).toBeLessThan(3);
});

test('FRG1 lists come in linked pages', async () => {
  it = await startTestForge();
  const work = await it.work('cat', { a: 'a\n' });
  for (let made = 0; made < 4; made++) {
    await git(work, 'commit', '--quiet', '--allow-empty', '-m', `commit ${made}`);
    await git(work, 'branch', `b${made}`);
  }
  await it.serve('cat', work);
  const octokit = it.client();
  const branches = await octokit.rest.repos.listBranches({ ...repo, per_page: 2, page: 2 });
  expect(branches.headers.link?.match(/page=\d+>; rel="\w+"/g)).toEqual([
    'page=1>; rel="prev"',
    'page=1>; rel="first"',
    'page=3>; rel="next"',
    'page=3>; rel="last"',
  ]);
  const all = await octokit.paginate(octokit.rest.repos.listBranches, { ...repo, per_page: 2 });
  expect(all.map((each) => each.name)).toEqual(['b0', 'b1', 'b2', 'b3', 'main']);
  expect(await octokit.paginate(octokit.rest.repos.listCommits, { ...repo, per_page: 2 })).toHaveLength(5);
});

test('FRG5 five roles; what is private is not there for strangers, in no list and no search', async () => {
  it = await startTestForge();
  const path = await it.work('secret', { a: 'a\n' });
  const secret = { owner: 'octo', repo: 'secret' };
  const roles = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
  for (const role of roles) {
    await it.serve('secret', path, {
      private: true,
      description: 'Nobody’s business',
      permissions: { ada: 'admin', rob: role },
    });
    const { data } = await it
      .client()
      .rest.repos.getCollaboratorPermissionLevel({ ...secret, username: 'rob' });
    expect(data.role_name).toBe(role);
    expect(data.permission).toBe({ triage: 'read', maintain: 'write' }[role as string] ?? role);
    const mine = (await it.client('rob').rest.repos.get(secret)).data.permissions!;
    const at = roles.indexOf(role);
    expect(mine).toEqual({ pull: true, triage: at >= 1, push: at >= 2, maintain: at >= 3, admin: at >= 4 });
    const written = it.client('rob').rest.git.createBlob({ ...secret, content: 'x' });
    if (at >= 2) expect((await written).status).toBe(201);
    else expect((await told(written)).status).toBe(403);
    const hooks = it.client('rob').rest.repos.listWebhooks(secret);
    if (at >= 4) expect((await hooks).data).toEqual([]);
    else expect((await told(hooks)).status).toBe(403);
  }
  const stranger = it.client('eve');
  expect((await told(stranger.rest.repos.get(secret))).status).toBe(404);
  expect((await told(stranger.rest.git.getTree({ ...secret, tree_sha: 'main' }))).status).toBe(404);
  expect((await stranger.rest.repos.listForAuthenticatedUser()).data).toEqual([]);
  const search = async (login: string, q: string) =>
    (await it.client(login).rest.search.repos({ q })).data.items.map((each) => each.full_name);
  await it.serve('birdhouse', await it.work('birdhouse', { a: 'a\n' }), { description: 'Wood and nails' });
  await it.serve('bird', await it.work('bird', { a: 'a\n' }));
  expect(await search('ada', 'bird')).toEqual(['octo/bird', 'octo/birdhouse']);
  expect(await search('ada', 'nails user:OCTO')).toEqual(['octo/birdhouse']);
  expect(await search('ada', 'bird user:else')).toEqual([]);
  expect(await search('ada', 'is:private')).toEqual(['octo/secret']);
  expect(await search('eve', 'secret')).toEqual([]);
  expect((await told(it.client().rest.search.repos({ q: ' ' }))).status).toBe(422);
});

test('GIT1 an empty repository takes its first commit by the contents API alone, and files by their sha', async () => {
  it = await startTestForge();
  await git(it.root, 'init', '--quiet', '--bare', '--initial-branch=trunk', 'empty.git');
  await it.serve('cat', join(it.root, 'empty.git'));
  const octokit = it.client();
  const content = (text: string) => Buffer.from(text).toString('base64');
  expect((await told(octokit.rest.git.createTree({ ...repo, tree: [] }))).status).toBe(409);
  expect((await told(octokit.rest.repos.getContent({ ...repo, path: '' }))).status).toBe(404);
  const write = { ...repo, path: 'docs/größe.md', message: 'm' };
  const made = await octokit.rest.repos.createOrUpdateFileContents({ ...write, content: content('1\n') });
  expect(made.status).toBe(201);
  const bare = join(it.root, 'empty.git');
  expect(await git(bare, 'rev-parse', 'trunk')).toBe(made.data.commit.sha);
  expect(await git(bare, 'show', 'trunk:docs/größe.md')).toBe('1');
  const again = { ...write, content: content('2\n') };
  expect((await told(octokit.rest.repos.createOrUpdateFileContents(again))).status).toBe(422);
  const stale = octokit.rest.repos.createOrUpdateFileContents({ ...again, sha: 'a'.repeat(40) });
  expect((await told(stale)).status).toBe(409);
  const sha = made.data.content!.sha!;
  expect((await octokit.rest.repos.createOrUpdateFileContents({ ...again, sha })).status).toBe(200);
  expect(await git(bare, 'rev-list', '--count', 'trunk')).toBe('2');
});

test('FRG4 a branch in use in another working tree or in a rebase does not move under it', async () => {
  it = await startTestForge();
  const work = await it.work('cat', { a: 'a\n' });
  await git(work, 'branch', 'beside');
  const other = await mkdtemp(join(it.root, 'tree-'));
  await git(work, 'worktree', 'add', '--quiet', join(other, 'beside'), 'beside');
  await it.serve('cat', work);
  const octokit = it.client();
  const main = await git(work, 'rev-parse', 'main');
  const tree = await octokit.rest.git.createTree({
    ...repo,
    base_tree: main,
    tree: [{ path: 'new', mode: '100644', type: 'blob', content: 'x' }],
  });
  const commit = { ...repo, message: 'm', tree: tree.data.sha, parents: [main] };
  const { sha } = (await octokit.rest.git.createCommit(commit)).data;
  const move = (ref: string) => told(octokit.rest.git.updateRef({ ...repo, ref, sha }));
  expect(await move('heads/beside')).toMatchObject({
    status: 422,
    message: expect.stringContaining('another worktree'),
  });
  // A rebase of main that stopped: HEAD is detached, and main will be set when it goes on.
  await git(work, 'checkout', '--quiet', '-b', 'topic');
  await writeFile(join(work, 'a'), 'topic\n');
  await git(work, 'commit', '--quiet', '-am', 'topic');
  await git(work, 'checkout', '--quiet', 'main');
  await writeFile(join(work, 'a'), 'main\n');
  await git(work, 'commit', '--quiet', '-am', 'main');
  await git(work, 'rebase', 'topic').catch(() => {});
  expect(await git(work, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('HEAD');
  expect((await octokit.rest.repos.get(repo)).data.default_branch).toBe('main');
  expect(await move('heads/main')).toMatchObject({
    status: 422,
    message: expect.stringContaining('being rebased'),
  });
  await git(work, 'checkout', '--theirs', 'a');
  await git(work, 'add', 'a');
  await git(work, 'rebase', '--continue');
  expect(await readFile(join(work, 'a'), 'utf8')).toBe('main\n');
  // Its folder is gone: nobody is in the way any more.
  await rename(join(other, 'beside'), join(other, 'away'));
  await git(work, 'worktree', 'prune');
  expect((await move('heads/beside')).status).toBe(200);
});
