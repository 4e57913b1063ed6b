import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import { orNull } from './github-refusal.js';

const PUSHES_CACHED = 500;
const NOTHING: ReadonlySet<string> = new Set();

/** Which commits lead from one to another: they never change, so they are asked for once. */
export class GithubPushes {
  readonly #known: LRUCache<string, ReadonlySet<string>>;

  /** @param shared whose answers are these too */
  constructor(
    private readonly octokit: Octokit,
    shared?: GithubPushes,
  ) {
    this.#known = shared ? shared.#known : new LRUCache({ max: PUSHES_CACHED });
  }

  /** Those behind `to` that are not behind `from`: of very many 250. None where the forge does not show one of them. */
  async commits(owner: string, repo: string, from: string, to: string): Promise<ReadonlySet<string>> {
    const key = `${`${owner}/${repo}`.toLowerCase()} ${from} ${to}`;
    const known = this.#known.get(key);
    if (known) return known;
    const answer = await orNull(
      this.octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${from}...${to}` }),
    );
    // What is not shown yet may be in a moment.
    if (!answer) return NOTHING;
    const commits = new Set(answer.data.commits.map(({ sha }) => sha));
    this.#known.set(key, commits);
    return commits;
  }
}
