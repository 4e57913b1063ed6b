import { Injectable } from '@nestjs/common';
import { FileChangeService } from '../file/file-change.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { AccessService } from '../workspace/access.service.js';
import { BranchCreationService, type WantedName } from '../workspace/branch-creation.service.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { BranchOffRepository } from './branch-off.repository.js';

/**
 * A new branch from where a room stands, for whoever may not or will not commit to
 * its own. What is not committed comes along as a copy, with its history and its
 * authors; nothing is taken from the room it comes from, where others may be at work.
 */
@Injectable()
export class BranchOffService {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly access: AccessService,
    private readonly branches: BranchCreationService,
    private readonly changes: FileChangeService,
    private readonly github: GithubClient,
    private readonly repository: BranchOffRepository,
    private readonly connection: DatabaseConnection,
  ) {}

  async protection(account: Account, workspaceId: string): Promise<{ isProtected: boolean }> {
    const { repository, branch } = await this.workspaces.require(account, workspaceId, 'read');
    return { isProtected: await this.github.isProtected(repository.owner, repository.repo, branch) };
  }

  async make(
    account: Account,
    workspaceId: string,
    wanted: WantedName & { bring: boolean },
  ): Promise<{ branch: string; brought: number }> {
    const { repository, baseCommit } = await this.workspaces.require(account, workspaceId, 'write');
    if (baseCommit === null)
      throw new ProtocolError(
        'unprocessable',
        'This repository has no commit yet, so no branch can begin here. Commit something first.',
      );
    if (wanted.bring) await this.connection.transaction((each) => this.#requireDecided(each, workspaceId));
    const forge = await this.access.findRepository(repository.id);
    const { name } = await this.branches.createAt(account, forge, baseCommit, wanted);
    if (!wanted.bring) return { branch: name, brought: 0 };
    const made = await this.workspaces.open(account, {
      owner: repository.owner,
      repo: repository.repo,
      branch: name,
    });
    await this.#bring(workspaceId, made.id, name);
    return { branch: name, brought: (await this.changes.changes(account, made.id)).length };
  }

  async #bring(from: string, to: string, branch: string): Promise<void> {
    try {
      await this.connection.transaction(async (transaction) => {
        await this.repository.lock(transaction, from, to);
        await this.#requireDecided(transaction, from);
        const [ours, theirs] = [
          await this.repository.baseCommit(transaction, from),
          await this.repository.baseCommit(transaction, to),
        ];
        if (ours !== theirs || !(await this.repository.isUntouched(transaction, to)))
          throw new ProtocolError('conflict', 'the branch moved meanwhile');
        await this.repository.copy(transaction, from, to);
      });
    } catch (error) {
      log.warn({ err: error, from, to }, 'what is not committed did not come along');
      throw new ProtocolError(
        'conflict',
        `The branch ${branch} is made, but something moved meanwhile and the changes did not come along. They are all still here.`,
        { cause: error },
      );
    }
  }

  async #requireDecided(
    transaction: Parameters<BranchOffRepository['openConflicts']>[0],
    workspaceId: string,
  ): Promise<void> {
    if ((await this.repository.openConflicts(transaction, workspaceId)) === 0) return;
    throw new ProtocolError(
      'conflict',
      'Some changes here are in conflict with a push. Decide those first, or make the branch without the changes.',
    );
  }
}
