import { LRUCache } from 'lru-cache';
import type { Octokit } from 'octokit';

/** Lines of a file, from 0 on, that a commit was the last to change. */
export type BlamedLines = {
  from: number;
  count: number;
  commit: { sha: string; subject: string; author: string; at: string };
};

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

const BLAMES_CACHED = 200;

/** Which commit each line of a file is from. */
export class GithubBlames {
  readonly #blames: LRUCache<string, BlamedLines[]>;

  /** @param shared whose answers are these too */
  constructor(
    private readonly octokit: Octokit,
    shared?: GithubBlames,
  ) {
    this.#blames = shared ? shared.#blames : new LRUCache({ max: BLAMES_CACHED });
  }

  /**
   * Which commit each line of a file is from, as of a commit, for which it never changes.
   * Null where the forge does not show that commit. @throws what Octokit does
   */
  async of(owner: string, repo: string, commit: string, path: string): Promise<BlamedLines[] | null> {
    const key = `${`${owner}/${repo}`.toLowerCase()} ${commit} ${path}`;
    const known = this.#blames.get(key);
    if (known) return known;
    const answer = await this.octokit.graphql<BlameAnswer>(
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
    const ranges = answer.repository?.object?.blame?.ranges;
    // What is not shown yet may be in a moment.
    if (!ranges) return null;
    const lines = ranges.map(
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
}
