import { Injectable } from '@nestjs/common';
import { EventService } from '../event/event.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';

type Room = Pick<WorkspaceAccess, 'workspaceId' | 'repository' | 'branch' | 'baseCommit'>;

/** A renamed branch keeps its room: people, documents and what is not committed go along to the new name (GIT3). */
@Injectable()
export class BranchRenameService {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly github: GithubClient,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** Of a branch that is not there: what it is called now, and whether its room went along. */
  async follow({ workspaceId, repository, branch, baseCommit }: Room): Promise<{
    name: string;
    isFollowed: boolean;
  } | null> {
    const { id, owner, repo } = repository;
    const name = await this.github.currentBranchName(owner, repo, branch);
    if (name === null || name === branch) return null;
    const head = await this.github.getBranchHead(owner, repo, name);
    // Another branch may have had this name before: it is not this room's.
    if (head === null || baseCommit === null) return null;
    if (head !== baseCommit && !(await this.github.isAncestor(owner, repo, baseCommit, head))) return null;
    if ((await this.workspaces.idOf(id, name)) !== null) return { name, isFollowed: false };
    const isFollowed = await this.database.transaction(async (transaction) => {
      if (!(await this.workspaces.rename(transaction, workspaceId, name))) return false;
      await this.events.append(transaction, workspaceId, 'branch.renamed', 'system', {
        from: branch,
        to: name,
      });
      return true;
    });
    log.info({ workspaceId, from: branch, to: name, isFollowed }, 'a branch was renamed');
    return { name, isFollowed };
  }
}
