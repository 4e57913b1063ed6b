import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { BranchStateRepository } from './branch-state.repository.js';
import type { PushHint } from './push-hint.js';

type Room = Pick<WorkspaceAccess, 'workspaceId' | 'repository' | 'baseCommit'>;

/** A forge of many machines may answer this long with what was so before a push, ours too. */
const OLD_HEAD_MS = 60_000;
const LOOK_AGAIN_MS = 5_000;
/**
 * An absence that was seen so long before is one. What GitHub has just written
 * is there within a second or two; and one look later, with the watch's ten
 * seconds, an end that no webhook told of is told within fifteen, as a push is.
 */
const ABSENT_MS = 4_000;

/**
 * Which of the forge's answers may be from before, and so no news yet (GIT3):
 * the room is looked at again, and what stays is true.
 */
@Injectable()
export class OldAnswerService implements BeforeApplicationShutdown {
  readonly #again = new Map<string, NodeJS.Timeout>();
  /** Since when branches have not been there of which nobody said that they were deleted. */
  readonly #absentSince = new Map<string, number>();

  constructor(
    private readonly states: BranchStateRepository,
    private readonly workspaces: WorkspaceService,
    private readonly github: GithubClient,
  ) {}

  beforeApplicationShutdown(): void {
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#again.clear();
  }

  /** What lies behind a base that is new itself is no rewind yet: it is one where it stays so. */
  async isOldHead(
    { workspaceId, repository, baseCommit }: Room,
    head: string,
    hint: PushHint,
  ): Promise<boolean> {
    // Somebody has pushed it there by force: the forge says so itself.
    if (hint.isForced && hint.headSha === head) return false;
    if (baseCommit === null || !(await this.workspaces.hasJustMoved(workspaceId, OLD_HEAD_MS))) return false;
    return this.github.isAncestor(repository.owner, repository.repo, head, baseCommit);
  }

  /** The same of a branch that was made or moved just now and is not there. */
  async isOldAbsence(workspaceId: string, hint: PushHint): Promise<boolean> {
    const since = this.#absentSince.get(workspaceId);
    const isKnown = hint.isDeleted || (await this.states.state(workspaceId))?.state === 'deleted';
    if (isKnown || (since !== undefined && performance.now() - since >= ABSENT_MS)) {
      this.#absentSince.delete(workspaceId);
      return false;
    }
    if (since === undefined) this.#absentSince.set(workspaceId, performance.now());
    return true;
  }

  isThere(workspaceId: string): void {
    this.#absentSince.delete(workspaceId);
  }

  /** @param tries where a look fails: when the answer would be no old one any more, the next look of all is enough */
  lookAgain(workspaceId: string, look: () => Promise<void>, tries = OLD_HEAD_MS / LOOK_AGAIN_MS): void {
    clearTimeout(this.#again.get(workspaceId));
    const timer = setTimeout(() => {
      this.#again.delete(workspaceId);
      look().catch((error: unknown) => {
        log.warn({ err: error, workspaceId }, 'a branch with an old answer could not be looked at again');
        if (tries > 1) this.lookAgain(workspaceId, look, tries - 1);
        // An absence much later is another one.
        else this.#absentSince.delete(workspaceId);
      });
    }, LOOK_AGAIN_MS);
    timer.unref();
    this.#again.set(workspaceId, timer);
  }
}
