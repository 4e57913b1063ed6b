import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import { log } from './log.js';
import { orNull, told } from './github-refusal.js';

export type ForgeBranch = {
  name: string;
  sha: string;
  protected: boolean;
  /** When its last commit was made; null where the forge did not say. */
  committedAt: string | null;
};

type BranchAnswer = { name: string; commit: { sha: string }; protected: boolean };

const PER_PAGE = 100;
/** 10,000 branches: a repository with more is searched by the beginnings of names. */
const PAGES_MAX = 100;
/** Objects in one GraphQL question: one point of its budget, whatever their number. */
const DATES_AT_ONCE = 100;
/** Some 100 bytes each. */
const DATES_KEPT = 50_000;

/**
 * All branches of a repository, with the dates of their last commits.
 *
 * GraphQL orders refs by date below refs/tags/ alone (RefOrderField in its
 * published schema), and of heads falls back to their names. So they are listed
 * by REST, page beside page, which costs nothing where nothing has changed
 * (GIT6); and a commit's date never changes, so it is asked for once.
 */
export class GithubBranches {
  readonly #dates: LRUCache<string, string>;

  /** @param shared whose dates are these branches' too */
  constructor(
    private readonly octokit: Octokit,
    shared?: GithubBranches,
  ) {
    this.#dates = shared ? shared.#dates : new LRUCache({ max: DATES_KEPT });
  }

  async list(owner: string, repo: string): Promise<{ branches: ForgeBranch[]; isComplete: boolean }> {
    const { branches, isComplete } = await this.#listed(owner, repo);
    return { branches: await this.#dated(owner, repo, branches), isComplete };
  }

  /** Where they stand, without the dates. */
  async heads(owner: string, repo: string): Promise<{ name: string; sha: string }[]> {
    const { branches } = await this.#listed(owner, repo);
    return branches.map(({ name, commit }) => ({ name, sha: commit.sha }));
  }

  async #listed(owner: string, repo: string): Promise<{ branches: BranchAnswer[]; isComplete: boolean }> {
    const first = await told(this.octokit.rest.repos.listBranches({ owner, repo, per_page: PER_PAGE }));
    const last = lastPage(first.headers.link);
    const more = last
      ? Array.from({ length: Math.min(last.number, PAGES_MAX) - 1 }, (_, index) => last.at(index + 2))
      : [];
    const pages = await told(Promise.all(more.map((url) => this.octokit.request(`GET ${url}`))));
    const listed = [first, ...pages].flatMap(({ data }) => data as BranchAnswer[]);
    // A branch made between two pages shifts the next one.
    const byName = new Map(listed.map((each) => [each.name, each]));
    return { branches: [...byName.values()], isComplete: last === null || last.number <= PAGES_MAX };
  }

  async find(owner: string, repo: string, names: readonly string[]): Promise<ForgeBranch[]> {
    const found = await Promise.all(
      names.map((branch) => orNull(this.octokit.rest.repos.getBranch({ owner, repo, branch }))),
    );
    const there = found.flatMap((answer) => (answer ? [answer.data] : []));
    return this.#dated(owner, repo, there);
  }

  /** Whether the forge takes changes of it by a pull request alone. */
  async isProtected(owner: string, repo: string, branch: string): Promise<boolean> {
    const answer = await orNull(this.octokit.rest.repos.getBranch({ owner, repo, branch }));
    return answer?.data.protected ?? false;
  }

  async #dated(owner: string, repo: string, branches: readonly BranchAnswer[]): Promise<ForgeBranch[]> {
    const shas = new Set(branches.map((each) => each.commit.sha));
    const unknown = [...shas].filter((sha) => !this.#dates.has(sha));
    const parts = Array.from({ length: Math.ceil(unknown.length / DATES_AT_ONCE) }, (_, index) =>
      unknown.slice(index * DATES_AT_ONCE, (index + 1) * DATES_AT_ONCE),
    );
    try {
      await Promise.all(parts.map((part) => this.#askDates(owner, repo, part)));
    } catch (error) {
      // A list without dates is of more use than none.
      log.warn({ err: error }, 'the forge did not say when its branches were committed to');
    }
    return branches.map(({ name, commit, protected: isProtected }) => ({
      name,
      sha: commit.sha,
      protected: isProtected,
      committedAt: this.#dates.get(commit.sha) ?? null,
    }));
  }

  async #askDates(owner: string, repo: string, shas: readonly string[]): Promise<void> {
    const fields = shas.map((sha, index) => `c${index}: object(oid: "${sha}") { ...committed }`);
    const { repository } = await this.octokit.graphql<{
      repository: Record<string, { oid: string; committedDate?: string } | null>;
    }>(
      `query($owner: String!, $repo: String!) {
        repository(owner: $owner, name: $repo) { ${fields.join(' ')} }
      }
      fragment committed on Commit { oid committedDate }`,
      { owner, repo },
    );
    for (const commit of Object.values(repository))
      if (commit?.committedDate) this.#dates.set(commit.oid, commit.committedDate);
  }
}

/** How many pages there are and where each is, by the link GitHub gives to the last one. */
function lastPage(link: string | undefined): { number: number; at: (page: number) => string } | null {
  const url = /<([^>]+)>; *rel="last"/.exec(link ?? '')?.[1];
  if (url === undefined) return null;
  const at = (page: number): string => {
    const address = new URL(url);
    address.searchParams.set('page', String(page));
    return address.href;
  };
  return { number: Number(new URL(url).searchParams.get('page')), at };
}
