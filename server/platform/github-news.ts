import type { Octokit } from 'octokit';
import { ProtocolError } from '../protocol/error.js';
import { orNull } from './github-refusal.js';

const PER_PAGE = 100;
/** Of one pull request. */
const PAGES_MAX = 10;

/**
 * Pull requests, reviews and checks as the forge has them now, each as it
 * answers. Where it has none of a kind, or does not let Perch see them, there
 * are none. What is unchanged since the last question costs nothing (GIT6).
 */
export class GithubNews {
  constructor(private readonly octokit: Octokit) {}

  /** The hundred that were changed last, the last first. */
  pullRequests(owner: string, repo: string): Promise<unknown[]> {
    const asked = this.octokit.rest.pulls.list({
      owner,
      repo,
      state: 'all',
      sort: 'updated',
      direction: 'desc',
      per_page: PER_PAGE,
    });
    return seen(asked.then(({ data }) => data));
  }

  /** What was done with a pull request since it was opened, the first first. */
  changes(owner: string, repo: string, number: number): Promise<unknown[]> {
    const of = { owner, repo, issue_number: number, per_page: PER_PAGE };
    return seen(pages((page) => this.octokit.rest.issues.listEvents({ ...of, page })));
  }

  reviews(owner: string, repo: string, number: number): Promise<unknown[]> {
    const of = { owner, repo, pull_number: number, per_page: PER_PAGE };
    return seen(pages((page) => this.octokit.rest.pulls.listReviews({ ...of, page })));
  }

  /** The latest run of each check of a commit. */
  checkRuns(owner: string, repo: string, ref: string): Promise<unknown[]> {
    const asked = this.octokit.rest.checks.listForRef({ owner, repo, ref, per_page: PER_PAGE });
    return seen(asked.then(({ data }) => data.check_runs));
  }

  /** The latest status of each context of a commit. */
  statuses(owner: string, repo: string, ref: string): Promise<unknown[]> {
    const asked = this.octokit.rest.repos.getCombinedStatusForRef({ owner, repo, ref, per_page: PER_PAGE });
    return seen(asked.then(({ data }) => data.statuses));
  }
}

/** Octokit's own paging would forget by which installation it asks. */
async function pages(ask: (page: number) => Promise<{ data: unknown[] }>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const { data } = await ask(page);
    all.push(...data);
    if (data.length < PER_PAGE) break;
  }
  return all;
}

async function seen(asked: Promise<unknown[]>): Promise<unknown[]> {
  try {
    return (await orNull(asked)) ?? [];
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'forbidden') return [];
    throw error;
  }
}
