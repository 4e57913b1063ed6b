import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';
import { ProtocolError } from '../protocol/error.js';
import { orNull, told } from './github-refusal.js';
import { refusedMove } from './refused-move.js';

export type RefUpdate = {
  repositoryNodeId: string;
  branch: string;
  beforeOid: string | null;
  afterOid: string;
  /** To a commit that `beforeOid` is not behind. */
  force?: boolean;
};

/** A forge of many machines shows what was made on each of them by then. */
const MADE_MS = 5_000;
const MADE_KEPT = 1_000;

/** Single branches by their names: where each stands, and its moves. */
export class GithubRefs {
  /** Branches that were made here just now, and where, until the forge shows them. */
  readonly #made: LRUCache<string, string>;

  /** @param shared whose branches are these too */
  constructor(
    private readonly octokit: Octokit,
    shared?: GithubRefs,
  ) {
    this.#made = shared ? shared.#made : new LRUCache({ max: MADE_KEPT, ttl: MADE_MS });
  }

  async hasBranches(owner: string, repo: string): Promise<boolean> {
    const asked = this.octokit.rest.repos.listBranches({ owner, repo, per_page: 1 });
    return (await told(asked)).data.length > 0;
  }

  /** The branches whose names begin with `start`. */
  async listBranchNames(owner: string, repo: string, start: string): Promise<string[]> {
    const path = `GET /repos/{owner}/{repo}/git/matching-refs/${encodeRef(`heads/${start}`)}`;
    const found = await orNull(this.octokit.paginate(path, { owner, repo, per_page: 100 }), [404, 409]);
    return (found ?? []).map((each) => (each as { ref: string }).ref.slice('refs/heads/'.length));
  }

  /** Where a branch stands, or null where there is none (an empty repository has none either). */
  async getBranchHead(owner: string, repo: string, branch: string): Promise<string | null> {
    const answer = await orNull(
      this.octokit.request(`GET /repos/{owner}/{repo}/git/ref/${encodeRef(`heads/${branch}`)}`, {
        owner,
        repo,
      }),
      [404, 409],
    );
    const key = keyOf(owner, repo, branch);
    if (!answer) return this.#made.get(key) ?? null;
    this.#made.delete(key);
    return (answer.data as { object: { sha: string } }).object.sha;
  }

  /** What a branch is called by now: the forge leads on from the name it had before. Null where there is none. */
  async currentBranchName(owner: string, repo: string, branch: string): Promise<string | null> {
    // These would be another address.
    if (branch.split('/').some((part) => ['', '.', '..'].includes(part))) return null;
    const answer = await orNull(
      this.octokit.request(`GET /repos/{owner}/{repo}/branches/${encodeRef(branch)}`, { owner, repo }),
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
      await told(this.octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha }));
      this.#made.set(keyOf(owner, repo, branch), sha);
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

  /**
   * Moves a branch by compare-and-swap (GIT1); `beforeOid` null makes it. A
   * cut connection throws the cause: whether the branch moved is found by looking.
   */
  async updateRef(update: RefUpdate): Promise<'moved' | 'head-moved'> {
    const refUpdate = {
      name: `refs/heads/${update.branch}`,
      beforeOid: update.beforeOid ?? '0'.repeat(40),
      afterOid: update.afterOid,
      force: update.force ?? false,
    };
    try {
      const answer = await this.octokit.graphql<{ updateRefs: object | null } | undefined>(
        `mutation($repositoryId: ID!, $refUpdates: [RefUpdate!]!) {
          updateRefs(input: { repositoryId: $repositoryId, refUpdates: $refUpdates }) { clientMutationId }
        }`,
        { repositoryId: update.repositoryNodeId, refUpdates: [refUpdate], request: { retries: 0 } },
      );
      // A gateway between answers with a page of its own, and that is no answer.
      if (!answer?.updateRefs) throw new Error('the forge did not say that it moved the branch');
      return 'moved';
    } catch (error) {
      const refusal = refusedMove(error);
      if (refusal === null) throw error;
      if (refusal === 'head-moved') return refusal;
      throw refusal;
    }
  }
}

const keyOf = (owner: string, repo: string, branch: string): string =>
  `${`${owner}/${repo}`.toLowerCase()} ${branch}`;

/** A ref in a URL: every character of it, but for the slashes between its parts (NAM2). */
function encodeRef(ref: string): string {
  return ref.split('/').map(encodeURIComponent).join('/');
}
