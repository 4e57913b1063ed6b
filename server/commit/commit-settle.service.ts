import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { BranchSyncService } from '../branch-sync/branch-sync.service.js';
import { withCommitLock } from '../branch-sync/commit-lock.js';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { CommitFinishService } from './commit-finish.service.js';
import { CommitRepository, type IntendedCommit } from './commit.repository.js';

type Room = Pick<WorkspaceAccess, 'workspaceId' | 'repository' | 'branch'>;

/** How long after a failure the commits left open are looked at again. */
const SETTLE_AGAIN_MS = 5_000;

/**
 * Finds out what became of commits whose making broke off, by looking at
 * their branches (GIT1): one that was made is finished, once.
 */
@Injectable()
export class CommitSettleService implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly commits: CommitRepository,
    private readonly finishing: CommitFinishService,
    private readonly sync: BranchSyncService,
    private readonly workspaces: WorkspaceService,
    private readonly github: GithubClient,
    private readonly database: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.sync.settleFirst((room) => this.settle(room));
  }

  /** A process that died between the branch's move and ours left a commit to finish. */
  onApplicationBootstrap(): void {
    this.soon(0);
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.#timer);
  }

  /** Settles what an earlier commit left open. @returns whether one was made after all, and the base moved with it */
  async settle(room: Room): Promise<boolean> {
    let finished = false;
    for (const record of await this.commits.intended(room.workspaceId)) {
      const fate = await this.fateOf(room, record);
      if (fate === 'made') {
        await this.finishing.finish(record);
        finished = true;
      } else if (fate === 'not-made') await this.commits.settle(record.id, 'refused');
    }
    return finished;
  }

  soon(delayMs = SETTLE_AGAIN_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#settleAll().catch((error: unknown) => {
        log.warn({ err: error }, 'commits under way are looked at again later');
        this.soon();
      });
    }, delayMs);
    this.#timer.unref();
  }

  async #settleAll(): Promise<void> {
    for (const workspaceId of await this.commits.workspacesWithIntended()) {
      const room = await this.workspaces.find(workspaceId);
      await withCommitLock(this.database.url, workspaceId, () => this.settle(room));
      if ((await this.commits.intended(workspaceId)).length > 0) this.soon();
    }
  }

  /**
   * @returns `unseen` where the branch is shown as it was before a new commit, which is for the next look to say
   * @throws {ProtocolError} `forge` while it cannot be known: the record stays open and is looked at again
   */
  async fateOf(
    { repository: { owner, repo }, branch }: Pick<Room, 'repository' | 'branch'>,
    { sha, parentSha, isNew }: IntendedCommit,
  ): Promise<'made' | 'unseen' | 'not-made'> {
    const head = await this.github.getBranchHead(owner, repo, branch);
    if (head !== null && (await this.github.isAncestor(owner, repo, sha, head))) return 'made';
    return isNew && (head === null || head === parentSha) ? 'unseen' : 'not-made';
  }
}
