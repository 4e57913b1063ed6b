import type { Octokit } from 'octokit';
import type { ForgeBudget } from '../protocol/forge-budget.js';
import { ForgeBudgets } from './forge-budgets.js';
import type { ForgeTree } from './forge-tree.js';
import { GithubBlames, type BlamedLines } from './github-blames.js';
import { GithubBranches, type ForgeBranch } from './github-branches.js';
import { GithubApp, type NotInstalled } from './github-app.js';
import { createOctokit, type GithubOptions } from './github-octokit.js';
import { GithubNews } from './github-news.js';
import {
  GithubObjects,
  type ForgeCommit,
  type NewCommit,
  type NewFile,
  type TreeChange,
} from './github-objects.js';
import { orNull, told } from './github-refusal.js';
import { GithubPushes } from './github-pushes.js';
import { GithubRefs, type RefUpdate } from './github-refs.js';
import { GithubRepositories, type ForgeRepository } from './github-repositories.js';
import { GithubTrees } from './github-trees.js';

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
  readonly #refs: GithubRefs;
  readonly #objects: GithubObjects;
  readonly #blames: GithubBlames;
  readonly #pushes: GithubPushes;

  /** @param shared with which this one keeps in common what never changes, and the budgets, for this person's token */
  constructor(options: GithubOptions, shared?: { client: GithubClient; personId: string }) {
    this.#options = options;
    const budgets = shared?.client.budgets ?? new ForgeBudgets(options.answerMaxMs);
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
    this.#branches = new GithubBranches(this.#octokit, shared && shared.client.#branches);
    this.#repositories = new GithubRepositories(this.#octokit, this.#app);
    this.#trees = shared ? shared.client.#trees : new GithubTrees(this.#octokit);
    this.#refs = new GithubRefs(this.#octokit, shared && shared.client.#refs);
    this.#objects = new GithubObjects(this.#octokit, shared && shared.client.#objects);
    this.#blames = new GithubBlames(this.#octokit, shared && shared.client.#blames);
    this.#pushes = new GithubPushes(this.#octokit, shared && shared.client.#pushes);
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

  hasBranches(owner: string, repo: string): Promise<boolean> {
    return this.#refs.hasBranches(owner, repo);
  }

  /** The branches whose names begin with `start`. */
  listBranchNames(owner: string, repo: string, start: string): Promise<string[]> {
    return this.#refs.listBranchNames(owner, repo, start);
  }

  /** Where a branch stands, or null where there is none (an empty repository has none either). */
  getBranchHead(owner: string, repo: string, branch: string): Promise<string | null> {
    return this.#refs.getBranchHead(owner, repo, branch);
  }

  /** What a branch is called by now: the forge leads on from the name it had before. Null where there is none. */
  currentBranchName(owner: string, repo: string, branch: string): Promise<string | null> {
    return this.#refs.currentBranchName(owner, repo, branch);
  }

  /** @throws {ProtocolError} `unprocessable` where the name is invalid or in another's way, `not-found` */
  createBranch(owner: string, repo: string, branch: string, sha: string): Promise<'created' | 'exists'> {
    return this.#refs.createBranch(owner, repo, branch, sha);
  }

  /** Moves a branch by compare-and-swap (GIT1). */
  updateRef(update: RefUpdate): Promise<'moved' | 'head-moved'> {
    return this.#refs.updateRef(update);
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

  getBlob(owner: string, repo: string, sha: string): Promise<Uint8Array> {
    return this.#objects.getBlob(owner, repo, sha);
  }

  createBlob(owner: string, repo: string, bytes: Uint8Array): Promise<string> {
    return this.#objects.createBlob(owner, repo, bytes);
  }

  /** @param base the tree or commit the changes are made to; null starts from nothing */
  createTree(
    owner: string,
    repo: string,
    base: string | null,
    changes: readonly TreeChange[],
  ): Promise<string> {
    return this.#objects.createTree(owner, repo, base, changes);
  }

  createCommit(owner: string, repo: string, commit: NewCommit): Promise<string> {
    return this.#objects.createCommit(owner, repo, commit);
  }

  /** The first commit of an empty repository, or one more to the default branch. */
  createFile(owner: string, repo: string, file: NewFile): Promise<string> {
    return this.#objects.createFile(owner, repo, file);
  }

  getCommit(owner: string, repo: string, sha: string): Promise<ForgeCommit | null> {
    return this.#objects.getCommit(owner, repo, sha);
  }

  /** How many commits lead from `ancestor` to `head`; null where it is no ancestor. */
  commitsAhead(owner: string, repo: string, ancestor: string, head: string): Promise<number | null> {
    return this.#objects.commitsAhead(owner, repo, ancestor, head);
  }

  /** Whether `ancestor` is `head` or lies behind it. */
  async isAncestor(owner: string, repo: string, ancestor: string, head: string): Promise<boolean> {
    return (await this.commitsAhead(owner, repo, ancestor, head)) !== null;
  }

  /** Which commits lead from one to another, of very many 250. */
  commitsBetween(owner: string, repo: string, from: string, to: string): Promise<ReadonlySet<string>> {
    return this.#pushes.commits(owner, repo, from, to);
  }

  /** Which commit each line of a file is from, as of a commit; null where that is not shown. @throws what Octokit does */
  blame(owner: string, repo: string, commit: string, path: string): Promise<BlamedLines[] | null> {
    return this.#blames.of(owner, repo, commit, path);
  }
}
