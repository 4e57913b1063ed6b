import * as published from '@octokit/graphql-schema';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { buildSchema, isInputObjectType, isObjectType } from 'graphql';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from 'octokit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startForge, type Forge } from './forge.js';
import { SCHEMA } from './graphql.js';
import type { HostedRepository } from './hosted-repository.js';
import { OpenApiValidator } from './testing/openapi-validator.js';

const run = promisify(execFile);
const ENV = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};
const git = async (cwd: string, ...args: string[]) =>
  (await run('git', args, { cwd, env: ENV })).stdout.trim();

let root: string;
let forge: Forge;
let bare: HostedRepository;
let validator: OpenApiValidator;
let octokit: Octokit;
const repo = { owner: 'octo', repo: 'cat' };

const client = (token: string) =>
  new Octokit({
    auth: token,
    baseUrl: forge.apiUrl,
    request: { fetch: validator.fetch },
    retry: { enabled: false },
    throttle: { enabled: false },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });

async function makeRepository(name: string): Promise<{ work: string; bare: string }> {
  const work = join(root, `${name}-work`);
  await mkdir(join(work, 'src'), { recursive: true });
  await git(work, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(work, 'README.md'), 'hello\n');
  await writeFile(join(work, 'src', 'a.ts'), 'export {};\r\n');
  await writeFile(join(work, 'bytes.bin'), Buffer.from([0, 255, 1, 254]));
  await writeFile(join(work, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(work, 'run.sh'), 0o755);
  await symlink('README.md', join(work, 'link'));
  await writeFile(
    join(work, '.gitmodules'),
    '[submodule "parts"]\n\tpath = module\n\turl = https://example.com/ada/parts.git\n',
  );
  await git(work, 'add', '.');
  await git(work, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
  await git(work, 'commit', '--quiet', '-m', 'first');
  const path = join(root, `${name}.git`);
  await git(root, 'clone', '--quiet', '--bare', work, path);
  return { work, bare: path };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'perch-forge-'));
  forge = await startForge({
    stateDirectory: join(root, 'state'),
    users: [
      { login: 'ada', name: 'Ada', email: 'ada@example.com', token: 'admin' },
      { login: 'rob', name: 'Rob', email: 'rob@example.com', token: 'reader' },
    ],
  });
  validator = new OpenApiValidator(forge.apiUrl);
  octokit = client('admin');
  const made = await makeRepository('cat');
  bare = await forge.addRepository({
    owner: 'octo',
    name: 'cat',
    path: made.bare,
    permissions: { ada: 'admin', rob: 'read' },
  });
});

afterAll(async () => {
  await forge.stop();
  await rm(root, { recursive: true, force: true });
});

const headOf = async (branch = 'main') =>
  (await octokit.rest.git.getRef({ ...repo, ref: `heads/${branch}` })).data.object.sha;

async function commitOn(parent: string, path: string, content: string): Promise<string> {
  const tree = await octokit.rest.git.createTree({
    ...repo,
    base_tree: parent,
    tree: [{ path, mode: '100644', type: 'blob', content }],
  });
  return (
    await octokit.rest.git.createCommit({
      ...repo,
      message: `change ${path}`,
      tree: tree.data.sha,
      parents: [parent],
    })
  ).data.sha;
}

const updateRefs = (beforeOid: string, afterOid: string, force = false, name = 'refs/heads/main') =>
  octokit.graphql(
    'mutation($id: ID!, $refUpdates: [RefUpdate!]!) { updateRefs(input: {repositoryId: $id, refUpdates: $refUpdates}) { clientMutationId } }',
    {
      id: bare.nodeId,
      refUpdates: [{ name, beforeOid, afterOid, force }],
    },
  );

describe('the forge', () => {
  it('FRG1 what is read fits GitHub’s description', async () => {
    expect((await octokit.rest.users.getAuthenticated()).data.login).toBe('ada');
    expect((await octokit.rest.repos.listForAuthenticatedUser()).data.map((each) => each.full_name)).toEqual([
      'octo/cat',
    ]);
    expect((await octokit.rest.repos.get({ owner: 'OCTO', repo: 'Cat' })).data.full_name).toBe('octo/cat');
    const sha = await headOf();
    await octokit.rest.repos.listBranches(repo);
    await octokit.rest.repos.getBranch({ ...repo, branch: 'main' });
    await octokit.rest.git.listMatchingRefs({ ...repo, ref: 'heads/' });
    await octokit.rest.repos.listCommits(repo);
    await octokit.rest.repos.getCommit({ ...repo, ref: 'main' });
    await octokit.rest.git.getCommit({ ...repo, commit_sha: sha });
    await octokit.rest.repos.compareCommitsWithBasehead({ ...repo, basehead: `${sha}...main` });
    await octokit.rest.repos.getCollaboratorPermissionLevel({ ...repo, username: 'rob' });
    await octokit.rest.repos.getContent({ ...repo, path: '' });
    for (const path of ['README.md', 'src', 'link', 'module'])
      await octokit.rest.repos.getContent({ ...repo, path });
    const raw = await octokit.rest.repos.getContent({
      ...repo,
      path: 'README.md',
      mediaType: { format: 'raw' },
    });
    expect(raw.data).toBe('hello\n');
  });

  it('GIT4 modes, links, submodules and bytes come as they are', async () => {
    const { data } = await octokit.rest.git.getTree({ ...repo, tree_sha: 'main', recursive: 'true' });
    expect(Object.fromEntries(data.tree.map((entry) => [entry.path, entry.mode]))).toMatchObject({
      'run.sh': '100755',
      link: '120000',
      module: '160000',
      src: '040000',
      'src/a.ts': '100644',
    });
    const blob = async (path: string) => {
      const { sha } = data.tree.find((entry) => entry.path === path)!;
      return Buffer.from((await octokit.rest.git.getBlob({ ...repo, file_sha: sha })).data.content, 'base64');
    };
    expect(await blob('bytes.bin')).toEqual(Buffer.from([0, 255, 1, 254]));
    expect((await blob('src/a.ts')).toString()).toBe('export {};\r\n');
  });

  it('FRG1 what is written is git’s own, by a tree that keeps what it does not name', async () => {
    const parent = await headOf();
    const bytes = Buffer.from([9, 0, 9]);
    const blob = await octokit.rest.git.createBlob({
      ...repo,
      content: bytes.toString('base64'),
      encoding: 'base64',
    });
    const tree = await octokit.rest.git.createTree({
      ...repo,
      base_tree: parent,
      tree: [
        { path: 'new/deep.bin', mode: '100755', type: 'blob', sha: blob.data.sha },
        { path: 'README.md', mode: '100644', type: 'blob', sha: null },
        { path: 'text.txt', mode: '100644', type: 'blob', content: 'é\r\n' },
      ],
    });
    const commit = await octokit.rest.git.createCommit({
      ...repo,
      message: 'subject\n\nbody',
      tree: tree.data.sha,
      parents: [parent],
      author: { name: 'Ünal', email: 'u@example.com' },
    });
    await octokit.rest.git.createRef({ ...repo, ref: 'refs/heads/written', sha: commit.data.sha });
    const shown = await git(bare.path, 'ls-tree', '-r', '--name-only', 'written');
    expect(shown.split('\n').sort()).toEqual([
      '.gitmodules',
      'bytes.bin',
      'link',
      'module',
      'new/deep.bin',
      'run.sh',
      'src/a.ts',
      'text.txt',
    ]);
    expect(await git(bare.path, 'show', '-s', '--format=%an <%ae>%n%B', 'written')).toBe(
      'Ünal <u@example.com>\nsubject\n\nbody',
    );
    expect(await git(bare.path, 'fsck', '--no-dangling')).toBe('');
  });

  it.each(['feat/x', 'feat/code', 'a#b', '100%', 'x%2Fy', 'é'])('NAM2 the branch %s', async (branch) => {
    const sha = await headOf();
    await octokit.rest.git.createRef({ ...repo, ref: `refs/heads/${branch}`, sha });
    expect((await octokit.rest.repos.getBranch({ ...repo, branch })).data.name).toBe(branch);
    const path = `heads/${branch}`.split('/').map(encodeURIComponent).join('/');
    const found = await octokit.request(`GET /repos/{owner}/{repo}/git/ref/${path}`, repo);
    expect(found.data.ref).toBe(`refs/heads/${branch}`);
    expect(await git(bare.path, 'rev-parse', `refs/heads/${branch}`)).toBe(sha);
    await octokit.request(`DELETE /repos/{owner}/{repo}/git/refs/${path}`, repo);
  });

  it('FRG2 plain git clones and pushes; what is no fast-forward is refused', async () => {
    const url = `${forge.url.replace('http://', 'http://x:admin@')}/octo/cat.git`;
    const [one, two] = [join(root, 'one'), join(root, 'two')];
    await git(root, 'clone', '--quiet', url, one);
    await git(root, 'clone', '--quiet', url, two);
    await writeFile(join(one, 'pushed.txt'), 'x'.repeat(200_000));
    await git(one, 'add', '.');
    await git(one, 'commit', '--quiet', '-m', 'from one');
    await git(one, 'push', '--quiet', 'origin', 'main');
    expect(await headOf()).toBe(await git(one, 'rev-parse', 'HEAD'));
    await writeFile(join(two, 'other.txt'), 'y');
    await git(two, 'add', '.');
    await git(two, 'commit', '--quiet', '-m', 'from two');
    await expect(git(two, 'push', 'origin', 'main')).rejects.toThrow(/fetch first|non-fast-forward/);
    const asReader = url.replace('x:admin', 'x:reader');
    await expect(git(two, 'push', asReader, 'HEAD:refs/heads/theirs')).rejects.toThrow(/403/);
    await expect(git(root, 'clone', url.replace('x:admin', 'x:wrong'), join(root, 'three'))).rejects.toThrow(
      /Authentication failed/,
    );
  });

  it('FRG3 GIT1 of twenty updates at once exactly one wins, twice', async () => {
    for (let round = 0; round < 2; round++) {
      const before = await headOf();
      const after = await Promise.all(
        Array.from({ length: 20 }, (_, index) => commitOn(before, 'race.txt', `${round}:${index}`)),
      );
      const results = await Promise.allSettled(after.map((sha) => updateRefs(before, sha)));
      const winners = results.flatMap((result, index) =>
        result.status === 'fulfilled' ? [after[index]] : [],
      );
      expect(winners).toHaveLength(1);
      expect(await headOf()).toBe(winners[0]);
    }
  }, 120_000);

  it('GIT1 a rewind is no fast-forward; what a name stands for must be so', async () => {
    const head = await headOf();
    const { data } = await octokit.rest.git.getCommit({ ...repo, commit_sha: head });
    await expect(updateRefs(head, data.parents[0]!.sha)).rejects.toThrow(/not a fast forward/);
    await expect(updateRefs('0'.repeat(40), head)).rejects.toThrow(/already exists|is at/i);
    await expect(updateRefs(head, head, false, 'refs/heads/bad..name')).rejects.toThrow(
      /not a valid ref name/,
    );
    expect(await headOf()).toBe(head);
  });

  it('FRG5 who is unknown, may not read, or may not write', async () => {
    await expect(client('wrong').rest.repos.get(repo)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('Bad credentials'),
    });
    const path = (await makeRepository('secret')).bare;
    await forge.addRepository({
      owner: 'octo',
      name: 'secret',
      path,
      private: true,
      permissions: { ada: 'admin' },
    });
    await expect(client('reader').rest.repos.get({ owner: 'octo', repo: 'secret' })).rejects.toMatchObject({
      status: 404,
    });
    await expect(client('reader').rest.git.createBlob({ ...repo, content: 'x' })).rejects.toMatchObject({
      status: 403,
    });
    const secret = { owner: 'octo', repo: 'secret' };
    const held = async () =>
      (await octokit.rest.repos.getCollaboratorPermissionLevel({ ...secret, username: 'rob' })).data
        .role_name;
    await octokit.rest.repos.addCollaborator({ ...secret, username: 'rob', permission: 'triage' });
    expect(await held()).toBe('triage');
    expect((await client('reader').rest.repos.get(secret)).data.permissions).toMatchObject({
      triage: true,
      push: false,
    });
    await expect(
      client('reader').rest.repos.addCollaborator({ ...secret, username: 'rob', permission: 'admin' }),
    ).rejects.toMatchObject({ status: 403 });
    await octokit.rest.repos.removeCollaborator({ ...secret, username: 'rob' });
    expect(await held()).toBe('none');
    await expect(client('reader').rest.repos.get(secret)).rejects.toMatchObject({ status: 404 });
    await expect(octokit.rest.repos.getBranch({ ...repo, branch: 'absent' })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('Branch not found'),
    });
  });

  it('FRG1 409 of an empty repository, 422 of what cannot be', async () => {
    const path = join(root, 'empty.git');
    await git(root, 'init', '--quiet', '--bare', '--initial-branch=main', path);
    await forge.addRepository({ owner: 'octo', name: 'empty', path });
    const empty = { owner: 'octo', repo: 'empty' };
    await expect(octokit.rest.git.getRef({ ...empty, ref: 'heads/main' })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('Git Repository is empty.'),
    });
    expect((await octokit.rest.repos.listBranches(empty)).data).toEqual([]);
    const sha = await headOf();
    await expect(octokit.rest.git.createRef({ ...repo, ref: 'refs/heads/main', sha })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('Reference already exists'),
    });
    await expect(
      octokit.rest.git.createRef({ ...repo, ref: 'refs/heads/x', sha: '2'.repeat(40) }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(octokit.rest.git.updateRef({ ...repo, ref: 'heads/none', sha })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('Reference does not exist'),
    });
    for (const bad of ['../x', '.git/config', 'a//b']) {
      const tree = [{ path: bad, mode: '100644' as const, type: 'blob' as const, content: '' }];
      await expect(octokit.rest.git.createTree({ ...repo, tree }), bad).rejects.toMatchObject({
        status: 422,
      });
    }
  });

  it('FRG4 a served working tree moves while clean and is never overwritten', async () => {
    const { work } = await makeRepository('inplace');
    const served = await forge.addRepository({ owner: 'local', name: 'inplace', path: work });
    const here = { owner: 'local', repo: 'inplace' };
    const head = () => git(work, 'rev-parse', 'HEAD');
    const move = async (path: string, content: string) => {
      const before = await head();
      const tree = await octokit.rest.git.createTree({
        ...here,
        base_tree: before,
        tree: [{ path, mode: '100644', type: 'blob', content }],
      });
      const commit = await octokit.rest.git.createCommit({
        ...here,
        message: 'm',
        tree: tree.data.sha,
        parents: [before],
      });
      return octokit.rest.git.updateRef({ ...here, ref: 'heads/main', sha: commit.data.sha });
    };
    // The submodule of the fixture has no folder; a clean tree is one git calls clean.
    await git(work, 'rm', '--quiet', '--cached', 'module');
    await git(work, 'commit', '--quiet', '-m', 'no module');
    await move('README.md', 'moved\n');
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('moved\n');
    expect(await git(work, 'status', '--porcelain')).toBe('');
    const clean = await head();
    await writeFile(join(work, 'README.md'), 'mine, not committed\n');
    await expect(move('README.md', 'theirs\n')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('working tree has changes'),
    });
    await git(work, 'checkout', '--quiet', 'README.md');
    await writeFile(join(work, 'untracked.txt'), 'mine\n');
    await expect(move('untracked.txt', 'theirs\n')).rejects.toMatchObject({ status: 422 });
    // A branch that is checked out elsewhere is not moved under its files either.
    await git(work, 'worktree', 'add', '--quiet', '-b', 'linked', join(root, 'linked'), 'HEAD~1');
    await expect(
      octokit.rest.git.updateRef({ ...here, ref: 'heads/linked', sha: clean }),
    ).rejects.toMatchObject({ status: 422, message: expect.stringContaining('worktree') });
    const clone = join(root, 'inplace-clone');
    const url = `${forge.url.replace('http://', 'http://x:admin@')}/local/inplace`;
    await git(root, 'clone', '--quiet', url, clone);
    await writeFile(join(work, 'README.md'), 'mine again\n');
    await writeFile(join(clone, 'README.md'), 'pushed\n');
    await git(clone, 'commit', '--quiet', '-am', 'push');
    await expect(git(clone, 'push', 'origin', 'main')).rejects.toThrow(
      /rejected|Working directory has unstaged changes/,
    );
    expect(await head()).toBe(clean);
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('mine again\n');
    expect(await readFile(join(work, 'untracked.txt'), 'utf8')).toBe('mine\n');
    expect(served.owner).toBe('local');
  });

  it('FRG1 blame tells each line’s commit, as git does', async () => {
    const oid = await headOf();
    const asked = (path: string) =>
      octokit.graphql<{
        repository: {
          object: {
            blame: { ranges: { startingLine: number; endingLine: number; commit: { oid: string } }[] };
          };
        };
      }>(
        `query($owner: String!, $repo: String!, $oid: GitObjectID!, $path: String!) {
          repository(owner: $owner, name: $repo) { object(oid: $oid) { ... on Commit { blame(path: $path) {
            ranges { startingLine endingLine commit { oid messageHeadline committedDate author { name email } } }
          } } } }
        }`,
        { ...repo, oid, path },
      );
    const { ranges } = (await asked('README.md')).repository.object.blame;
    const told = ranges.flatMap(({ startingLine, endingLine, commit }) =>
      Array.from({ length: endingLine - startingLine + 1 }, () => commit.oid),
    );
    const { stdout } = await run(
      'git',
      ['-C', bare.path, 'blame', '-l', '-s', '--root', oid, '--', 'README.md'],
      {
        env: ENV,
      },
    );
    const lines = stdout.trimEnd().split('\n');
    expect(told).toEqual(lines.map((line) => line.slice(0, 40)));
    await expect(asked('none.md')).rejects.toThrow(/Could not resolve file/);
  });

  it('FRG1 the GraphQL schema is a part of the published one', () => {
    const theirs = buildSchema((published as unknown as { schema: { idl: string } }).schema.idl, {
      assumeValidSDL: true,
    });
    const ours = buildSchema(SCHEMA);
    for (const [name, type] of Object.entries(ours.getTypeMap())) {
      if (name.startsWith('__') || !(isObjectType(type) || isInputObjectType(type))) continue;
      const other = theirs.getType(name);
      if (!other || !(isObjectType(other) || isInputObjectType(other)))
        throw new Error(`GitHub has no ${name}`);
      for (const [field, { type: fieldType }] of Object.entries(type.getFields())) {
        expect(`${name}.${field}: ${String(other.getFields()[field]?.type)}`).toBe(
          `${name}.${field}: ${String(fieldType)}`,
        );
      }
    }
  });

  it('FRG1 ids last over a restart', async () => {
    const state = join(root, 'state-two');
    const users = [{ login: 'ada', name: 'Ada', email: 'a@example.com', token: 't' }];
    const first = await startForge({ stateDirectory: state, users });
    const { id } = await first.addRepository({ owner: 'o', name: 'r', path: bare.path });
    await first.stop();
    const second = await startForge({ stateDirectory: state, users });
    expect((await second.addRepository({ owner: 'renamed', name: 'r', path: bare.path })).id).toBe(id);
    await second.stop();
  });
});
