import { Injectable } from '@nestjs/common';
import { EventService } from '../event/event.service.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { log } from '../platform/log.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** A repository that is renamed or transferred takes its rooms along, and each of them is told once (GIT3, NAM1). */
@Injectable()
export class RepositoryNameService {
  constructor(
    private readonly repository: WorkspaceRepository,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** Keeps what the forge says of a repository now. */
  async keep(repository: ForgeRepository): Promise<void> {
    const { id, owner, name: repo } = repository;
    await this.database.transaction(async (transaction) => {
      const from = await this.repository.knownName(transaction, id);
      await this.repository.upsertRepository(transaction, repository);
      if (!from || (from.owner === owner && from.repo === repo)) return;
      log.info({ repositoryId: id, from, to: { owner, repo } }, 'a repository goes by another name');
      for (const workspaceId of await this.repository.roomsOf(transaction, id))
        await this.events.append(transaction, workspaceId, 'repository.renamed', 'system', {
          from,
          to: { owner, repo },
        });
    });
  }
}
