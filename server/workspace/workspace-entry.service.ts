import { Injectable } from '@nestjs/common';
import type { Caller } from '../platform/caller.js';
import { ProtocolError } from '../protocol/error.js';
import type { BranchRef } from '../protocol/repository.js';
import type { Role } from '../protocol/user.js';
import { AccessService } from './access.service.js';
import { WorkspaceRepository } from './workspace.repository.js';
import { WorkspaceService, type WorkspaceAccess } from './workspace.service.js';

/** The way into a branch's room by the branch's name, for people and programs alike. */
@Injectable()
export class WorkspaceEntryService {
  constructor(
    private readonly repository: WorkspaceRepository,
    private readonly access: AccessService,
    private readonly workspaces: WorkspaceService,
  ) {}

  /**
   * The room, made where nobody has opened it yet.
   *
   * @throws {ProtocolError} `not-found` without the right to read, with a token for another repository, and where there is no such branch
   */
  async enter(caller: Caller, { owner, repo, branch }: BranchRef, need: Role): Promise<WorkspaceAccess> {
    const { account } = caller;
    const repositoryId = await this.#repositoryId(caller, owner, repo);
    const known = await this.repository.findByBranch(repositoryId, branch);
    const workspaceId = known?.id ?? (await this.workspaces.open(account, { owner, repo, branch })).id;
    return this.workspaces.require(account, workspaceId, need);
  }

  async #repositoryId({ account, grant }: Caller, owner: string, repo: string): Promise<number> {
    if (grant === null || grant.repositoryId === null)
      return (await this.access.requireByName(account, owner, repo, 'read')).repository.id;
    try {
      const { repository } = await this.access.requireByName(account, owner, repo, 'read');
      if (repository.id === grant.repositoryId) return repository.id;
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'not-found') throw error;
    }
    // The same words for what the token is not for and for what there is not (SEC1).
    throw new ProtocolError(
      'not-found',
      'This repository does not exist, or this access token is not for it.',
    );
  }
}
