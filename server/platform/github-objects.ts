import { LRUCache } from 'lru-cache';
import { buffer } from 'node:stream/consumers';
import type { ReadableStream } from 'node:stream/web';
import type { Octokit } from 'octokit';
import { ProtocolError } from '../protocol/error.js';
import type { FileMode } from '../protocol/file.js';
import { orNull, told } from './github-refusal.js';

/** A change of a tree: text inline, bytes as a blob's sha, or null to take the path away. */
export type TreeChange = { path: string; mode: FileMode } & ({ content: string } | { sha: string | null });

export type Signature = { name: string; email: string };
export type NewCommit = { message: string; tree: string; parents: string[]; author: Signature };
export type NewFile = { path: string; bytes: Uint8Array; message: string; author: Signature };
export type ForgeCommit = { sha: string; tree: string; parents: string[]; author: string | null };

const BLOBS_CACHED_BYTES = 64_000_000;

/** Git's objects, read and made. Trees as a whole are GithubTrees'. */
export class GithubObjects {
  /** A blob never changes. */
  readonly #blobs: LRUCache<string, Uint8Array>;

  /** @param shared whose blobs are these too */
  constructor(
    private readonly octokit: Octokit,
    shared?: GithubObjects,
  ) {
    this.#blobs = shared
      ? shared.#blobs
      : new LRUCache({ maxSize: BLOBS_CACHED_BYTES, sizeCalculation: (bytes) => bytes.byteLength + 1 });
  }

  async getBlob(owner: string, repo: string, sha: string): Promise<Uint8Array> {
    const known = this.#blobs.get(sha);
    if (known) return known;
    const asked = this.octokit.rest.git.getBlob({
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
      this.octokit.rest.git.createBlob({ owner, repo, content, encoding: 'base64' }),
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
      this.octokit.rest.git.createTree({ owner, repo, tree, ...(base ? { base_tree: base } : {}) }),
    );
    return data.sha;
  }

  async createCommit(owner: string, repo: string, commit: NewCommit): Promise<string> {
    const { data } = await told(
      this.octokit.rest.git.createCommit({ owner, repo, ...commit, committer: commit.author }),
    );
    return data.sha;
  }

  async getCommit(owner: string, repo: string, sha: string): Promise<ForgeCommit | null> {
    const answer = await orNull(this.octokit.rest.git.getCommit({ owner, repo, commit_sha: sha }));
    return (
      answer && {
        sha: answer.data.sha,
        tree: answer.data.tree.sha,
        parents: answer.data.parents.map((each) => each.sha),
        author: answer.data.author.name || null,
      }
    );
  }

  /** How many commits lead from `ancestor` to `head`; null where it is no ancestor. */
  async commitsAhead(owner: string, repo: string, ancestor: string, head: string): Promise<number | null> {
    if (ancestor === head) return 0;
    const answer = await orNull(
      this.octokit.rest.repos.compareCommitsWithBasehead({
        owner,
        repo,
        basehead: `${ancestor}...${head}`,
        per_page: 1,
      }),
    );
    const follows = answer?.data.status === 'ahead' || answer?.data.status === 'identical';
    return follows ? answer.data.ahead_by : null;
  }

  /**
   * Commits one file to the default branch. Of an empty repository GitHub makes
   * the first commit this way only: blobs, trees and refs are refused there.
   */
  async createFile(owner: string, repo: string, file: NewFile): Promise<string> {
    const { path, bytes, message, author } = file;
    const content = Buffer.from(bytes).toString('base64');
    const { data } = await told(
      this.octokit.rest.repos.createOrUpdateFileContents({
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
}
