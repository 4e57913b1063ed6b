import { Injectable } from '@nestjs/common';
import { EventService } from '../event/event.service.js';
import { ForgeAccountService } from '../forge-account/forge-account.service.js';
import { personActor, type StoredActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import type { EventPayloads } from '../protocol/event.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import type { ForgeNews } from './forge-news.js';
import { ForgeNewsRepository } from './forge-news.repository.js';

/**
 * Pull requests, reviews and checks as events of their branches' rooms. Told
 * once, whatever is delivered twice, and never of a state that another has
 * overtaken; of a branch that nobody has opened nothing is kept.
 */
@Injectable()
export class ForgeNewsService {
  constructor(
    private readonly repository: ForgeNewsRepository,
    private readonly workspaces: WorkspaceService,
    private readonly accounts: ForgeAccountService,
    private readonly github: GithubClient,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** The rooms it is about. */
  async rooms({ repositoryId, branches }: ForgeNews): Promise<string[]> {
    const ids = await Promise.all(
      [...new Set(branches)].map((branch) => this.workspaces.idOf(repositoryId, branch)),
    );
    return ids.filter((id) => id !== null);
  }

  async tell(news: ForgeNews): Promise<void> {
    for (const workspaceId of await this.rooms(news))
      if (news.sha === null || (await this.#isHead(workspaceId, news.sha)))
        await this.#tellIn(workspaceId, news);
  }

  /** What no webhook told, of the time since somebody has been in a room. */
  async tellLate(news: ForgeNews): Promise<void> {
    for (const workspaceId of await this.rooms(news))
      if (await this.repository.wasThere(workspaceId, news.saidAt)) await this.#tellIn(workspaceId, news);
  }

  forgetOld(): Promise<void> {
    return this.repository.forgetOld();
  }

  async #tellIn(workspaceId: string, news: ForgeNews): Promise<void> {
    const actor = await this.#actor(news);
    await this.database.transaction(async (transaction) => {
      if (!(await this.repository.keep(transaction, workspaceId, news)) || !news.telling) return;
      const { type, payload } = news.telling;
      await this.events.append(transaction, workspaceId, type, actor, payload as EventPayloads[typeof type]);
    });
  }

  /** Whoever has signed in here is named as everywhere. */
  async #actor({ byForgeUser }: ForgeNews): Promise<StoredActor> {
    const userId = byForgeUser === null ? null : await this.accounts.userOf(byForgeUser);
    return userId === null ? 'system' : personActor(userId);
  }

  /** The room's own commit; or the branch's head by now, which may be on its way into the room. */
  async #isHead(workspaceId: string, sha: string): Promise<boolean> {
    const { repository, branch, baseCommit } = await this.workspaces.find(workspaceId);
    if (sha === baseCommit) return true;
    return sha === (await this.github.getBranchHead(repository.owner, repository.repo, branch));
  }
}
