import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DatabaseConnection } from '../platform/database.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { BranchRenameService } from './branch-rename.service.js';
import { withCommitLock } from './commit-lock.js';
import { MergeApplyService, PlanStale } from './merge-apply.service.js';
import { MergePlanService } from './merge-plan.service.js';
import { OldAnswerService } from './old-answer.service.js';
import { isPlaceholder } from './placeholder-commit.js';
import type { PushHint } from './push-hint.js';

type Room = Omit<WorkspaceAccess, 'role'>;

/**
 * How a branch stands to its room: `there` where the room stands on its head
 * now; `forced` where the head is no descendant of what it stands on;
 * `deleted` where there is no such branch. In the latter two nothing was touched (GIT3).
 */
export type BranchLook = {
  workspaceId: string;
  state: 'there' | 'forced' | 'deleted';
  head: string | null;
  baseCommit: string | null;
  /** What a `deleted` branch is called by now, where that one has a room of its own. */
  renamedTo: string | null;
  hint: PushHint;
  /** The forge answered with what may have been so before our last look: for a moment that is no news. */
  isOld: boolean;
};

/** What came in, and where live files went with it. */
export type BroughtIn = BranchLook & { moved: ReadonlyMap<string, string> };

/** So often a plan is made anew because somebody typed meanwhile; then what they type comes after the push. */
const IMPATIENT_ATTEMPTS = 3;
const ATTEMPTS = 10;
const NOTHING_MOVED: ReadonlyMap<string, string> = new Map();

/**
 * Keeps each room above its branch's head (GIT2): a push from outside comes
 * in as a three-way merge, in one transaction, by one process at a time, under
 * the same lock as commits. Looking is safe as often as one likes: only what
 * the forge says now counts.
 */
@Injectable()
export class BranchSyncService implements OnModuleInit {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, { hint: PushHint; done: Promise<void> }>();
  readonly #settlers: ((room: Room) => Promise<unknown>)[] = [];
  readonly #listeners: ((look: BranchLook) => Promise<void>)[] = [];

  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly plans: MergePlanService,
    private readonly applying: MergeApplyService,
    private readonly renames: BranchRenameService,
    private readonly oldAnswers: OldAnswerService,
    private readonly github: GithubClient,
    private readonly database: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.workspaces.beforeEntry((workspaceId) => this.look(workspaceId));
  }

  /** Runs first, under the lock: what we have pushed ourselves is no push from outside. */
  settleFirst(settle: (room: Room) => Promise<unknown>): void {
    this.#settlers.push(settle);
  }

  /** Hears, under the lock, how every branch stood when it was looked at. */
  onLook(listener: (look: BranchLook) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** Brings in what was pushed, or tells why it cannot. Who asks while a look is under way waits for one more. */
  look(workspaceId: string, hint: PushHint = {}): Promise<void> {
    const running = this.#running.get(workspaceId);
    if (!running) return this.#run(workspaceId, hint);
    const next = this.#next.get(workspaceId);
    if (next) {
      // The latest push is the one that will be found.
      if (hint.headSha !== undefined || hint.pusher || hint.isDeleted) next.hint = hint;
      return next.done;
    }
    const waiting = { hint, done: Promise.resolve() };
    const begin = (): Promise<void> => {
      this.#next.delete(workspaceId);
      return this.#run(workspaceId, waiting.hint);
    };
    waiting.done = running.then(begin, begin);
    this.#next.set(workspaceId, waiting);
    return waiting.done;
  }

  /** The same for a branch; nothing where nobody has ever opened it. */
  async lookByBranch(repositoryId: number, branch: string, hint?: PushHint): Promise<void> {
    const workspaceId = await this.workspaces.idOf(repositoryId, branch);
    if (workspaceId !== null) await this.look(workspaceId, hint);
  }

  /** Nothing is committed, and nothing comes in, while this runs. */
  inTurn<Result>(workspaceId: string, run: () => Promise<Result>): Promise<Result> {
    return withCommitLock(this.database.url, workspaceId, run);
  }

  /**
   * Puts what is not committed above any commit, be it a descendant or not:
   * after a forced push, when somebody has decided so. For whoever holds the lock.
   */
  async bringOnto(workspaceId: string, head: string, hint: PushHint = {}): Promise<void> {
    const room = await this.workspaces.find(workspaceId);
    if (room.baseCommit !== head) await this.#merge(room, head, null, hint);
  }

  /** What `look` does, for whoever holds the lock. */
  async bringIn(workspaceId: string, hint: PushHint = {}): Promise<BroughtIn> {
    for (const settle of this.#settlers) await settle(await this.workspaces.find(workspaceId));
    let room = await this.workspaces.find(workspaceId);
    const { owner, repo } = room.repository;
    let head = await this.github.getBranchHead(owner, repo, room.branch);
    const renamed = head === null && room.baseCommit !== null ? await this.renames.follow(room) : null;
    if (renamed?.isFollowed) {
      room = await this.workspaces.find(workspaceId);
      head = await this.github.getBranchHead(owner, repo, room.branch);
    }
    let moved = NOTHING_MOVED;
    let state: BranchLook['state'] = 'there';
    let isOld = false;
    if (head !== null) this.oldAnswers.isThere(workspaceId);
    if (head === null) {
      // Where the forge leads on to another name that has a room of its own, it is sure.
      const isSure = room.baseCommit === null || renamed?.isFollowed === false;
      isOld = !isSure && (await this.oldAnswers.isOldAbsence(workspaceId, hint));
      state = room.baseCommit === null || isOld ? 'there' : 'deleted';
    } else if (head !== room.baseCommit && !(await this.#isPlaceholder(room, head))) {
      const commits =
        room.baseCommit === null ? null : await this.github.commitsAhead(owner, repo, room.baseCommit, head);
      if (room.baseCommit === null || commits !== null) moved = await this.#merge(room, head, commits, hint);
      else if (await this.oldAnswers.isOldHead(room, head, hint)) isOld = true;
      else state = 'forced';
    }
    if (isOld) this.oldAnswers.lookAgain(workspaceId, () => this.look(workspaceId));
    const { baseCommit } = await this.workspaces.find(workspaceId);
    const renamedTo = state === 'deleted' && renamed ? renamed.name : null;
    const look = { workspaceId, state, head, baseCommit, renamedTo, hint, isOld };
    for (const listener of this.#listeners) await listener(look);
    return { ...look, moved };
  }

  #run(workspaceId: string, hint: PushHint): Promise<void> {
    const run = withCommitLock(this.database.url, workspaceId, () => this.bringIn(workspaceId, hint)).then(
      () => {},
    );
    const ended = run.finally(() => {
      if (this.#running.get(workspaceId) === ended) this.#running.delete(workspaceId);
    });
    this.#running.set(workspaceId, ended);
    return ended;
  }

  async #merge(
    room: Room,
    head: string,
    commits: number | null,
    hint: PushHint,
  ): Promise<ReadonlyMap<string, string>> {
    const { workspaceId, baseCommit } = room;
    const pusher = await this.#pusher(room, head, hint);
    for (let attempt = 1; ; attempt++) {
      const plan = await this.plans.plan(room, baseCommit, head);
      try {
        await this.applying.apply(workspaceId, plan, { pusher, commits }, attempt > IMPATIENT_ATTEMPTS);
        log.info({ workspaceId, head, files: plan.paths.length, attempt }, 'a push from outside came in');
        return new Map(plan.moved.map(({ from, to }) => [from, to]));
      } catch (error) {
        if (!(error instanceof PlanStale)) throw error;
        if (attempt === ATTEMPTS)
          throw new ProtocolError(
            'unavailable',
            'This room is changing too fast for a push to come in. Nothing was changed; it is tried again.',
            { cause: error },
          );
      }
    }
  }

  /** Whoever pushed, where we were told; else whoever made the last commit. */
  async #pusher({ repository }: Room, head: string, hint: PushHint): Promise<string | null> {
    if (hint.pusher && (hint.headSha === undefined || hint.headSha === head)) return hint.pusher.name;
    const commit = await this.github.getCommit(repository.owner, repository.repo, head);
    return commit?.author ?? null;
  }

  /** What a first commit of ours has left behind when it broke off: it is used again, and is nobody's push. */
  async #isPlaceholder({ repository, baseCommit }: Room, head: string): Promise<boolean> {
    if (baseCommit !== null) return false;
    return isPlaceholder(await this.github.getCommit(repository.owner, repository.repo, head));
  }
}
