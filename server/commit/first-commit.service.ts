import { Injectable } from '@nestjs/common';
import { isPlaceholder, PLACEHOLDER } from '../branch-sync/placeholder-commit.js';
import { GithubClient } from '../platform/github-client.js';
import type { Signature } from '../protocol/commit.js';
import { ProtocolError } from '../protocol/error.js';
import type { WorkspaceAccess } from '../workspace/workspace.service.js';

type Where = Pick<WorkspaceAccess, 'repository' | 'branch'>;

/**
 * The first commit of an empty repository. GitHub takes neither blobs nor
 * trees nor refs there, only one file by its path. So a placeholder is
 * committed that way, and the real first commit, without a parent, takes its
 * place by compare-and-swap. The placeholder is known by its tree: one that a
 * broken attempt left behind is used again, and nothing else is ever replaced.
 */
@Injectable()
export class FirstCommitService {
  constructor(private readonly github: GithubClient) {}

  /** Makes objects possible. @throws {ProtocolError} `conflict` where somebody else's first commit is there */
  async prepare(github: GithubClient, access: Where, author: Signature): Promise<void> {
    const { owner, repo } = access.repository;
    if ((await this.github.getBranchHead(owner, repo, access.branch)) !== null) {
      await this.placeholder(access);
      return;
    }
    await github.createFile(owner, repo, { ...PLACEHOLDER, author });
  }

  /** What the first commit takes the place of. @throws {ProtocolError} `conflict` */
  async placeholder({ repository, branch }: Where): Promise<string> {
    const { owner, repo } = repository;
    const head = await this.github.getBranchHead(owner, repo, branch);
    const commit = head && (await this.github.getCommit(owner, repo, head));
    if (commit && isPlaceholder(commit)) return commit.sha;
    throw new ProtocolError(
      'conflict',
      'Somebody else made this repository’s first commit meanwhile. Nothing was overwritten; your work is kept here.',
    );
  }
}
