import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, GitFailure, gitText } from '../../forge/git/git.js';
import type { GithubClient } from '../../platform/github-client.js';
import type { TreeChange } from '../../platform/github-objects.js';
import type { ForgeRepository } from '../../platform/github-repositories.js';
import { ForgeTree } from '../../platform/forge-tree.js';
import { ProtocolError } from '../../protocol/error.js';
import type { FileMode } from '../../protocol/file.js';

/** Of a submodule (`160000`) the bytes are the commit's id. */
export type InitialFile = { bytes: Uint8Array | string; mode?: FileMode };

const IDENTITY = ['-c', 'user.name=Test', '-c', 'user.email=test@perch.invalid'];

/**
 * What commits need of GitHub, made of a bare repository and git itself: real
 * objects, real compare-and-swap, readable by `git clone`. `breakUpdateRef` cuts
 * the connection after the branch has moved, or before.
 */
export class GitGithub {
  readonly folder = mkdtempSync(join(tmpdir(), 'perch-git-'));
  readonly bare = join(this.folder, 'repository.git');
  breakUpdateRef: 'before' | 'after' | undefined;
  /** Runs while a commit is under way, before the branch moves. */
  beforeUpdateRef: (() => Promise<void>) | undefined;
  /** What never changes: to start git takes a large process longer than all the rest of most questions. */
  readonly #trees = new Map<string, ForgeTree>();
  readonly #blobs = new Map<string, Buffer>();

  constructor(files: Record<string, InitialFile>) {
    makeEmptyRepository(this.bare);
    execFileSync('git', ['-C', this.bare, 'fast-import', '--quiet'], { input: firstCommit(files) });
  }

  get client(): GithubClient {
    return this as unknown as GithubClient;
  }

  /** A fresh clone, checked out byte for byte. */
  clone(): string {
    const target = mkdtempSync(join(this.folder, 'clone-'));
    execFileSync('git', ['clone', '-q', '-c', 'core.autocrlf=false', this.bare, target], { stdio: 'pipe' });
    return target;
  }

  commitAll(clone: string, message: string): string {
    execFileSync('git', [...IDENTITY, '-C', clone, 'add', '-A']);
    execFileSync('git', [...IDENTITY, '-C', clone, 'commit', '-q', '-m', message]);
    execFileSync('git', ['-C', clone, 'push', '-q', 'origin', 'HEAD:main'], { stdio: 'pipe' });
    return this.git('rev-parse', 'main');
  }

  git(...arguments_: string[]): string {
    return execFileSync('git', [...IDENTITY, '-C', this.bare, ...arguments_], { encoding: 'utf8' }).trim();
  }

  /** The same with something to read. */
  given(input: string, ...arguments_: string[]): string {
    return execFileSync('git', [...IDENTITY, '-C', this.bare, ...arguments_], {
      encoding: 'utf8',
      input,
    }).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  repository(): ForgeRepository {
    return {
      id: 1,
      nodeId: 'R_1',
      owner: 'acme',
      name: 'game',
      defaultBranch: 'main',
      private: false,
      description: null,
      url: 'http://localhost/acme/game',
      permission: 'admin',
    };
  }

  getRepositoryById(): Promise<ForgeRepository> {
    return Promise.resolve(this.repository());
  }

  getBranchHead(_owner: string, _repo: string, branch: string): Promise<string | null> {
    return orNull(this.#ask('rev-parse', '--verify', '-q', `refs/heads/${branch}`));
  }

  async getTree(_owner: string, _repo: string, commit: string): Promise<ForgeTree> {
    const known = this.#trees.get(commit);
    if (known) return known;
    const listed = (await this.#ask('ls-tree', '-r', '-l', '-z', commit)).split('\0').filter(Boolean);
    const entries = listed.map((line) => {
      const [, mode, sha, size, path] = /^(\d+) \w+ (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return { path: path ?? '', mode: mode as FileMode, sha: sha ?? '', size: Number(size) };
    });
    const tree = ForgeTree.of(entries);
    this.#trees.set(commit, tree);
    return tree;
  }

  async getBlob(_owner: string, _repo: string, sha: string): Promise<Uint8Array> {
    const bytes = this.#blobs.get(sha) ?? (await git(this.bare, ['cat-file', 'blob', sha]));
    this.#blobs.set(sha, bytes);
    return new Uint8Array(bytes);
  }

  createBlob(_owner: string, _repo: string, bytes: Uint8Array): Promise<string> {
    return this.#write(bytes);
  }

  async createTree(
    _owner: string,
    _repo: string,
    base: string | null,
    changes: readonly TreeChange[],
  ): Promise<string> {
    const env = { GIT_INDEX_FILE: join(this.folder, `index-${Math.random()}`) };
    const run = async (command: string[], input?: string) =>
      (await git(this.bare, command, { env, input })).toString().trim();
    if (base) await run(['read-tree', base]);
    const gone = changes.filter((change) => 'sha' in change && change.sha === null);
    const put = changes.filter((change) => !gone.includes(change));
    const lines = [
      ...gone.map(({ path }) => `0 ${'0'.repeat(40)}\t${path}`),
      ...(await Promise.all(
        put.map(async (change) => {
          const sha =
            'content' in change ? await this.#write(Buffer.from(change.content, 'utf8')) : change.sha;
          return `${change.mode} ${sha}\t${change.path}`;
        }),
      )),
    ];
    await run(['update-index', '--index-info'], `${lines.join('\n')}\n`);
    return run(['write-tree']);
  }

  async createCommit(
    _owner: string,
    _repo: string,
    commit: { message: string; tree: string; parents: string[]; author: { name: string; email: string } },
  ): Promise<string> {
    const { name, email } = commit.author;
    const command = ['commit-tree', commit.tree, ...commit.parents.flatMap((each) => ['-p', each])];
    const env = {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    };
    return (await git(this.bare, command, { env, input: commit.message })).toString().trim();
  }

  async getCommit(
    _owner: string,
    _repo: string,
    sha: string,
  ): Promise<{ sha: string; tree: string; parents: string[]; author: string | null }> {
    const said = await this.#ask('show', '-s', '--format=%T %P%n%an', sha);
    const [ids = '', author = ''] = said.split('\n');
    const [tree = '', ...parents] = ids.split(' ').filter(Boolean);
    return { sha, tree, parents, author };
  }

  async isAncestor(owner: string, repo: string, ancestor: string, head: string): Promise<boolean> {
    return (await this.commitsAhead(owner, repo, ancestor, head)) !== null;
  }

  async commitsAhead(_owner: string, _repo: string, ancestor: string, head: string): Promise<number | null> {
    const isBehind = await orNull(this.#ask('merge-base', '--is-ancestor', ancestor, head));
    return isBehind === null ? null : Number(await this.#ask('rev-list', '--count', `${ancestor}..${head}`));
  }

  async updateRef(update: {
    branch: string;
    beforeOid: string | null;
    afterOid: string;
  }): Promise<'moved' | 'head-moved'> {
    await this.beforeUpdateRef?.();
    const broken = this.breakUpdateRef;
    if (broken === 'before') throw new ProtocolError('forge', 'The connection was cut.');
    const { branch, afterOid, beforeOid } = update;
    const moved = await orNull(
      this.#ask('update-ref', `refs/heads/${branch}`, afterOid, beforeOid ?? '0'.repeat(40)),
    );
    if (moved === null) return 'head-moved';
    if (broken === 'after') throw new ProtocolError('forge', 'The connection was cut.');
    return 'moved';
  }

  #ask(...args: string[]): Promise<string> {
    return gitText(this.bare, args);
  }

  async #write(bytes: Uint8Array): Promise<string> {
    return (await git(this.bare, ['hash-object', '-w', '--stdin'], { input: bytes })).toString().trim();
  }
}

/** What git says, or null where it refuses. */
async function orNull(said: Promise<string>): Promise<string | null> {
  try {
    return await said;
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

/** What `git init` makes (gitrepository-layout): to start git takes a large process longer than to write a few files. */
function makeEmptyRepository(bare: string): void {
  for (const folder of ['objects', 'refs']) mkdirSync(join(bare, folder), { recursive: true });
  writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(bare, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

/** What `git fast-import` makes of the files: one process where a clone and a push take a dozen. */
function firstCommit(files: Record<string, InitialFile>): Buffer {
  const data = (bytes: Uint8Array | string) => [`data ${Buffer.byteLength(bytes)}\n`, bytes, '\n'];
  const entries = Object.entries(files).flatMap(([path, { bytes, mode = '100644' }]) => {
    const name = `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
    if (mode === '160000') return [`M ${mode} ${String(bytes)} ${name}\n`];
    return [`M ${mode} inline ${name}\n`, ...data(bytes)];
  });
  const committer = `committer Test <test@perch.invalid> ${Math.floor(Date.now() / 1000)} +0000\n`;
  const commit = ['commit refs/heads/main\n', committer, ...data('start')];
  return Buffer.concat([...commit, ...entries].map((part) => Buffer.from(part as Uint8Array)));
}
