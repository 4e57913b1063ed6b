import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import { buffer } from 'node:stream/consumers';
import type { ReadableStream } from 'node:stream/web';
import { ProtocolError } from '../protocol/error.js';
import type { FileMode } from '../protocol/file.js';
import type { ForgeBudget } from '../protocol/forge-budget.js';
import { ForgeBudgets } from './forge-budgets.js';
import type { ForgeTree } from './forge-tree.js';
import { GithubBranches, type ForgeBranch } from './github-branches.js';
import { GithubApp, type NotInstalled } from './github-app.js';
import { createOctokit, type GithubOptions } from './github-octokit.js';
import { GithubNews } from './github-news.js';
import { orNull, told } from './github-refusal.js';
import { GithubRepositories, type ForgeRepository } from './github-repositories.js';
import { GithubTrees } from './github-trees.js';
import { refusedMove } from './refused-move.js';

/** A change of a tree: text inline, bytes as a blob's sha, or null to take the path away. */
export type TreeChange = { path: string; mode: FileMode } & ({ content: string } | { sha: string | null });

type Signature = { name: string; email: string };

const BLOBS_CACHED_BYTES = 64_000_000;
const BLAMES_CACHED = 200;

/** Lines of a file, from 0 on, that a commit was the last to change. */
export type BlamedLines = {
  from: number;
  count: number;
  commit: { sha: string; subject: string; author: string; at: string };
};

/**
 * GitHub, or whatever answers as it does at `apiUrl`: the only code that speaks
 * its API. Trees and blobs never change, so they are asked for once. A 404 is
 * null; every other refusal is a ProtocolError that says what the forge said.
 */
export class GithubClient {
  /** Of all the tokens that are asked with in this process. */
  readonly budgets: ForgeBudgets;
  readonly news: GithubNews;
  readonly #octokit: Octokit;
  readonly #options: GithubOptions;
  /** Perch in its own name, where it is an App. */
  readonly #app: GithubApp | null;
  readonly #trees: GithubTrees;
  readonly #branches: GithubBranches;
  readonly #repositories: GithubRepositories;
  readonly #blobs: LRUCache<string, Uint8Array>;
  readonly #blames: LRUCache<string, BlamedLines[]>;

  /** @param shared with which this one keeps in common what never changes, and the budgets, for this person's token */
  constructor(options: GithubOptions, shared?: { client: GithubClient; personId: string }) {
    this.#options = options;
    const budgets = shared?.client.budgets ?? new ForgeBudgets();
    this.budgets = budgets;
    this.#app = options.app
      ? new GithubApp(options.apiUrl, options.app, budgets.fetchAs({ kind: 'app' }))
      : null;
    const name = shared ? { kind: 'person' as const, id: shared.personId } : { kind: 'perch' as const };
    this.#octokit = createOctokit(
      options,
      this.#app ? { budgets, app: this.#app } : { budgets, name, token: options.token ?? '' },
    );
    this.news = new GithubNews(this.#octokit);
    this.#branches = new GithubBranches(this.#octokit, shared ? shared.client.#branches : undefined);
    this.#repositories = new GithubRepositories(this.#octokit, this.#app);
    this.#trees = shared ? shared.client.#trees : new GithubTrees(this.#octokit);
    this.#blobs = shared
      ? shared.client.#blobs
      : new LRUCache({
          maxSize: BLOBS_CACHED_BYTES,
          sizeCalculation: (bytes) => bytes.byteLength + 1,
        });
    this.#blames = shared ? shared.client.#blames : new LRUCache({ max: BLAMES_CACHED });
  }

  /**
   * The same forge with somebody's own token: what he may there, in his name and
   * of his limits. What never changes is kept in common, so who may read a
   * repository is for the caller to know.
   */
  as(token: string, personId: string): GithubClient {
    const { apiUrl, isOwn } = this.#options;
    return new GithubClient({ apiUrl, isOwn, token }, { client: this, personId });
  }

  /** What is left of the hour's requests, as the last answer said; null before the first (GIT6). */
  get budget(): ForgeBudget | null {
    return this.budgets.shared;
  }

  getRepository(owner: string, repo: string): Promise<ForgeRepository | null> {
    return this.#repositories.get(owner, repo);
  }

  getRepositoryById(id: number): Promise<ForgeRepository | null> {
    return this.#repositories.getById(id);
  }

  listRepositories(): Promise<ForgeRepository[]> {
    return this.#repositories.list();
  }

  /** Repositories anywhere on the forge by words of their names, the best match first. */
  searchRepositories(words: string, limit: number): Promise<ForgeRepository[]> {
    return this.#repositories.search(words, limit);
  }

  /** For whoever may know of a repository: what is to be done so that Perch sees it; null where nothing is. */
  whyAbsent(owner: string, repo: string): Promise<NotInstalled | null> {
    return this.#repositories.absence(owner, repo);
  }

  /** The forge says that Perch may be installed elsewhere by now. */
  forgetInstallations(): void {
    this.#app?.forget();
  }

  /** As many as are read of a long list; `isComplete` says whether that is all. */
  listBranches(owner: string, repo: string): Promise<{ branches: ForgeBranch[]; isComplete: boolean }> {
    return this.#branches.list(owner, repo);
  }

  /** Where as many branches stand as are read of a long list. */
  listHeads(owner: string, repo: string): Promise<{ name: string; sha: string }[]> {
    return this.#branches.heads(owner, repo);
  }

  /** Some of a repository's branches by their names, in this order; those that are not there are left out. */
  findBranches(owner: string, repo: string, names: readonly string[]): Promise<ForgeBranch[]> {
    return this.#branches.find(owner, repo, names);
  }

  isProtected(owner: string, repo: string, branch: string): Promise<boolean> {
    return this.#branches.isProtected(owner, repo, branch);
  }

  async hasBranches(owner: string, repo: string): Promise<boolean> {
    const asked = this.#octokit.rest.repos.listBranches({ owner, repo, per_page: 1 });
    return (await told(asked)).data.length > 0;
  }

  /** The branches whose names begin with `start`. */
  async listBranchNames(owner: string, repo: string, start: string): Promise<string[]> {
    const path = `GET /repos/{owner}/{repo}/git/matching-refs/${encodeRef(`heads/${start}`)}`;
    const found = await orNull(this.#octokit.paginate(path, { owner, repo, per_page: 100 }), [404, 409]);
    return (found ?? []).map((each) => (each as { ref: string }).ref.slice('refs/heads/'.length));
  }

  /** Where a branch stands, or null where there is none (an empty repository has none either). */
  async getBranchHead(owner: string, repo: string, branch: string): Promise<string | null> {
    const answer = await orNull(
      this.#octokit.request(`GET /repos/{owner}/{repo}/git/ref/${encodeRef(`heads/${branch}`)}`, {
        owner,
        repo,
      }),
      [404, 409],
    );
    return answer && (answer.data as { object: { sha: string } }).object.sha;
  }

  /** What a branch is called by now: the forge leads on from the name it had before. Null where there is none. */
  async currentBranchName(owner: string, repo: string, branch: string): Promise<string | null> {
    // These would be another address.
    if (branch.split('/').some((part) => ['', '.', '..'].includes(part))) return null;
    const answer = await orNull(
      this.#octokit.request(`GET /repos/{owner}/{repo}/branches/${encodeRef(branch)}`, { owner, repo }),
    );
    return answer && (answer.data as { name: string }).name;
  }

  /** @throws {ProtocolError} `unprocessable` where the name is invalid or in another's way, `not-found` */
  async createBranch(
    owner: string,
    repo: string,
    branch: string,
    sha: string,
  ): Promise<'created' | 'exists'> {
    try {
      await told(this.#octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha }));
      return 'created';
    } catch (error) {
      if (
        error instanceof ProtocolError &&
        error.code === 'unprocessable' &&
        /already exists/i.test(error.message)
      )
        return 'exists';
      throw error;
    }
  }

  /** Where git fetches a repository from, and what it says who asks. */
  async getCloneSource(
    owner: string,
    repo: string,
  ): Promise<{ url: string; credentials: { username: string; password: string } } | null> {
    const answer = await orNull(this.#octokit.rest.repos.get({ owner, repo }));
    const password = this.#app
      ? await told(this.#app.token(await this.#app.require(owner, repo)))
      : this.#options.token;
    return (
      answer && {
        url: answer.data.clone_url,
        credentials: { username: 'x-access-token', password: password ?? '' },
      }
    );
  }

  /** @param reach a path it is to be complete about, where the forge lists only a part of so large a tree */
  getTree(owner: string, repo: string, commit: string, reach?: string): Promise<ForgeTree> {
    const name = { owner, repo };
    return reach === undefined ? this.#trees.get(name, commit) : this.#trees.reaching(name, commit, reach);
  }

  async getBlob(owner: string, repo: string, sha: string): Promise<Uint8Array> {
    const known = this.#blobs.get(sha);
    if (known) return known;
    const asked = this.#octokit.rest.git.getBlob({
      owner,
      repo,
      file_sha: sha,
      mediaType: { format: 'raw' },
      // The bytes as they are: of 8 MB in JSON Octokit's parser runs out of stack.
      request: { parseSuccessResponseBody: false },
    });
    const read = asked.then(({ data }) => buffer(data as unknown as ReadableStream));
    const bytes = new Uint8Array(await told(read));
    this.#blobs.set(sha, bytes);
    return bytes;
  }

  async createBlob(owner: string, repo: string, bytes: Uint8Array): Promise<string> {
    const content = Buffer.from(bytes).toString('base64');
    const { data } = await told(
      this.#octokit.rest.git.createBlob({ owner, repo, content, encoding: 'base64' }),
    );
    return data.sha;
  }

  /** @param base the tree or commit the changes are made to; null starts from nothing */
  async createTree(
    owner: string,
    repo: string,
    base: string | null,
    changes: readonly TreeChange[],
  ): Promise<string> {
    const tree = changes.map((change) => ({
      ...change,
      type: change.mode === '160000' ? ('commit' as const) : ('blob' as const),
    }));
    const { data } = await told(
      this.#octokit.rest.git.createTree({ owner, repo, tree, ...(base ? { base_tree: base } : {}) }),
    );
    return data.sha;
  }

  async createCommit(
    owner: string,
    repo: string,
    commit: { message: string; tree: string; parents: string[]; author: Signature },
  ): Promise<string> {
    const { data } = await told(
      this.#octokit.rest.git.createCommit({ owner, repo, ...commit, committer: commit.author }),
    );
    return data.sha;
  }

  async getCommit(
    owner: string,
    repo: string,
    sha: string,
  ): Promise<{ sha: string; tree: string; parents: string[]; author: string | null } | null> {
    const answer = await orNull(this.#octokit.rest.git.getCommit({ owner, repo, commit_sha: sha }));
    return (
      answer && {
        sha: answer.data.sha,
        tree: answer.data.tree.sha,
        parents: answer.data.parents.map((each) => each.sha),
        author: answer.data.author.name || null,
      }
    );
  }

  /** Whether `ancestor` is `head` or lies behind it. */
  async isAncestor(owner: string, repo: string, ancestor: string, head: string): Promise<boolean> {
    return (await this.commitsAhead(owner, repo, ancestor, head)) !== null;
  }

  /** How many commits lead from `ancestor` to `head`; null where it is no ancestor. */
  async commitsAhead(owner: string, repo: string, ancestor: string, head: string): Promise<number | null> {
    if (ancestor === head) return 0;
    const answer = await orNull(
      this.#octokit.rest.repos.compareCommitsWithBasehead({
        owner,
        repo,
        basehead: `${ancestor}...${head}`,
        per_page: 1,
      }),
    );
    const follows = answer?.data.status === 'ahead' || answer?.data.status === 'identical';
    return follows ? answer.data.ahead_by : null;
  }

  /** Which commit each line of a file is from, as of a commit, for which it never changes. @throws what Octokit does */
  async blame(owner: string, repo: string, commit: string, path: string): Promise<BlamedLines[]> {
    const key = `${`${owner}/${repo}`.toLowerCase()} ${commit} ${path}`;
    const known = this.#blames.get(key);
    if (known) return known;
    const answer = await this.#octokit.graphql<BlameAnswer>(
      `query($owner: String!, $repo: String!, $commit: GitObjectID!, $path: String!) {
        repository(owner: $owner, name: $repo) {
          object(oid: $commit) {
            ... on Commit {
              blame(path: $path) {
                ranges {
                  startingLine
                  endingLine
                  commit { oid messageHeadline committedDate author { name } }
                }
              }
            }
          }
        }
      }`,
      { owner, repo, commit, path },
    );
    const lines = (answer.repository?.object?.blame?.ranges ?? []).map(
      ({ startingLine, endingLine, commit: { oid, messageHeadline, committedDate, author } }) => ({
        from: startingLine - 1,
        count: endingLine - startingLine + 1,
        commit: {
          sha: oid,
          subject: messageHeadline,
          author: author?.name || 'somebody',
          at: new Date(committedDate).toISOString(),
        },
      }),
    );
    this.#blames.set(key, lines);
    return lines;
  }

  /**
   * Commits one file to the default branch. Of an empty repository GitHub makes
   * the first commit this way only: blobs, trees and refs are refused there.
   */
  async createFile(
    owner: string,
    repo: string,
    file: { path: string; bytes: Uint8Array; message: string; author: Signature },
  ): Promise<string> {
    const { path, bytes, message, author } = file;
    const content = Buffer.from(bytes).toString('base64');
    const { data } = await told(
      this.#octokit.rest.repos.createOrUpdateFileContents({
        owner,
        repo,
        path,
        message,
        content,
        author,
        committer: author,
      }),
    );
    if (!data.commit.sha) throw new ProtocolError('forge', 'GitHub did not say which commit it made.');
    return data.commit.sha;
  }

  /**
   * Moves a branch by compare-and-swap (GIT1); `beforeOid` null makes it. A
   * cut connection throws the cause: whether the branch moved is found by looking.
   */
  async updateRef(update: {
    repositoryNodeId: string;
    branch: string;
    beforeOid: string | null;
    afterOid: string;
    /** To a commit that `beforeOid` is not behind. */
    force?: boolean;
  }): Promise<'moved' | 'head-moved'> {
    const refUpdate = {
      name: `refs/heads/${update.branch}`,
      beforeOid: update.beforeOid ?? '0'.repeat(40),
      afterOid: update.afterOid,
      force: update.force ?? false,
    };
    try {
      await this.#octokit.graphql(
        `mutation($repositoryId: ID!, $refUpdates: [RefUpdate!]!) {
          updateRefs(input: { repositoryId: $repositoryId, refUpdates: $refUpdates }) { clientMutationId }
        }`,
        { repositoryId: update.repositoryNodeId, refUpdates: [refUpdate], request: { retries: 0 } },
      );
      return 'moved';
    } catch (error) {
      const refusal = refusedMove(error);
      if (refusal === null) throw error;
      if (refusal === 'head-moved') return refusal;
      throw refusal;
    }
  }
}

type BlameAnswer = {
  repository: {
    object: {
      blame?: {
        ranges: {
          startingLine: number;
          endingLine: number;
          commit: {
            oid: string;
            messageHeadline: string;
            committedDate: string;
            author: { name: string | null } | null;
          };
        }[];
      };
    } | null;
  } | null;
};

/** A ref in a URL: every character of it, but for the slashes between its parts (NAM2). */
function encodeRef(ref: string): string {
  return ref.split('/').map(encodeURIComponent).join('/');
}
