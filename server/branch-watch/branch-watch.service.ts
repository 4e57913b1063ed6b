import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { BranchSyncService } from '../branch-sync/branch-sync.service.js';
import { MissedNewsService } from '../forge-news/missed-news.service.js';
import { GithubClient } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { branchChecks, branchWatcher, branchWatchSeconds } from '../platform/metrics.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { BranchWatchRepository, type WatchedRoom } from './branch-watch.repository.js';
import { paceOf, USUAL_MS } from './watch-pace.js';

/** GitHub takes 900 questions a minute; half of them are left to people. */
const AT_ONCE = 4;
const BATCH_MS = 500;
/** How often pull requests, reviews and checks are looked for that no webhook told of. */
const NEWS_MS = 5 * 60_000;
/** Of more rooms than this in one repository, its branches are listed, a hundred a question. */
const LISTED_FROM = 10;

/**
 * Finds the pushes that no webhook told of, and every few minutes the other
 * news: of every room lately used when a process begins to watch, and of those
 * with somebody in them as long as it does. One process at a time watches for
 * all, under a lease. What has not changed is a 304, which costs nothing of the
 * forge's budget (GIT6).
 */
@Injectable()
export class BranchWatchService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> = Promise.resolve();
  #watches = false;
  #stopped = false;
  #lookedForNewsAt = 0;
  /** Beside the passes: no push waits for it. */
  #news: Promise<void> | undefined;
  /** How a branch stood when it was last looked at and the room could not follow it. */
  readonly #looked = new Map<string, string>();

  constructor(
    private readonly repository: BranchWatchRepository,
    private readonly branches: BranchSyncService,
    private readonly workspaces: WorkspaceService,
    private readonly missedNews: MissedNewsService,
    private readonly github: GithubClient,
  ) {}

  onApplicationBootstrap(): void {
    this.#next(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#pass, this.#news]);
    if (this.#watches)
      await this.repository.letGo().catch(() => {
        // It expires by itself.
      });
  }

  #next(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#pass = this.#watch().then(
        (wait) => this.#next(wait),
        (error: unknown) => {
          log.warn({ err: error }, 'the branches could not be looked at; they are looked at again soon');
          this.#next(error instanceof ProtocolError ? Math.max(USUAL_MS, error.retryAfterMs ?? 0) : USUAL_MS);
        },
      );
    }, delayMs);
    this.#timer.unref();
  }

  /** One pass. Milliseconds until the next. */
  async #watch(): Promise<number> {
    const start = Date.now();
    const watched = this.#watches;
    this.#watches = await this.repository.hold();
    branchWatcher.set(this.#watches ? 1 : 0);
    if (!this.#watches) {
      this.#looked.clear();
      return USUAL_MS;
    }
    const rooms = watched ? await this.repository.present() : await this.repository.recent();
    if (!watched || start - this.#lookedForNewsAt > NEWS_MS) this.#lookForNews(rooms, watched);
    if (watched) await this.#checkAll(rooms, 'poll');
    else await this.#reconcile(rooms);
    const pace = paceOf(this.github.budget, Date.now());
    branchWatchSeconds.set(pace / 1000);
    return Math.max(0, pace - (Date.now() - start));
  }

  /** What was pushed while nobody watched. */
  async #reconcile(recent: readonly WatchedRoom[]): Promise<void> {
    for (const rooms of byRepository(recent)) {
      // A room that is not looked at now is when somebody opens it.
      if (paceOf(this.github.budget, Date.now()) > USUAL_MS) return;
      const [first] = rooms;
      if (!first) continue;
      const moved = rooms.length < LISTED_FROM ? rooms : await this.#movedOf(first, rooms);
      await this.#checkAll(moved, 'start');
    }
  }

  #lookForNews(all: readonly WatchedRoom[], arePresent: boolean): void {
    this.#lookedForNewsAt = Date.now();
    this.#news ??= this.#lookForNewsOf(all, arePresent).finally(() => (this.#news = undefined));
  }

  async #lookForNewsOf(all: readonly WatchedRoom[], arePresent: boolean): Promise<void> {
    for (const rooms of byRepository(all)) {
      if (this.#stopped || paceOf(this.github.budget, Date.now()) > USUAL_MS) return;
      const start = Date.now();
      // Of many rooms that somebody was in lately, checks are looked at when somebody is in them.
      const checked = arePresent || rooms.length < LISTED_FROM ? rooms : [];
      await this.missedNews.look(rooms, checked).catch((error: unknown) => {
        const { repositoryId } = rooms[0]!;
        log.warn({ err: error, repositoryId }, 'what webhooks may have missed could not be looked for');
      });
      await pause(Math.max(0, BATCH_MS - (Date.now() - start)));
    }
  }

  /** Those that do not stand where the repository's list of branches says. */
  async #movedOf(first: WatchedRoom, rooms: readonly WatchedRoom[]): Promise<WatchedRoom[]> {
    try {
      const { repository } = await this.workspaces.find(first.workspaceId);
      const listed = await this.github.listHeads(repository.owner, repository.repo);
      const heads = new Map(listed.map(({ name, sha }) => [name, sha]));
      const moved = rooms.filter(
        ({ branch, baseCommit, isThere }) => (heads.get(branch) ?? null) !== baseCommit || !isThere,
      );
      branchChecks.inc({ reason: 'start', outcome: 'unchanged' }, rooms.length - moved.length);
      return moved;
    } catch (error) {
      passOn(error, first);
      return [];
    }
  }

  async #checkAll(rooms: readonly WatchedRoom[], reason: 'poll' | 'start'): Promise<void> {
    let held = Date.now();
    for (let at = 0; at < rooms.length && !this.#stopped; at += AT_ONCE) {
      const start = Date.now();
      if (start - held > USUAL_MS) {
        if (!(await this.repository.hold())) return;
        held = start;
      }
      await Promise.all(rooms.slice(at, at + AT_ONCE).map((room) => this.#check(room, reason)));
      if (at + AT_ONCE < rooms.length) await pause(Math.max(0, BATCH_MS - (Date.now() - start)));
    }
  }

  async #check(room: WatchedRoom, reason: 'poll' | 'start'): Promise<void> {
    const { workspaceId, branch, isThere } = room;
    try {
      const { repository, baseCommit } = await this.workspaces.find(workspaceId);
      const head = await this.github.getBranchHead(repository.owner, repository.repo, branch);
      if (head === baseCommit && isThere) {
        this.#looked.delete(workspaceId);
        branchChecks.inc({ reason, outcome: 'unchanged' });
        return;
      }
      // A branch that was forced or deleted stands there until people decide: it is told once.
      const stands = `${baseCommit} ${head}`;
      if (!isThere && this.#looked.get(workspaceId) === stands) {
        branchChecks.inc({ reason, outcome: 'unchanged' });
        return;
      }
      await this.branches.look(workspaceId);
      this.#looked.set(workspaceId, stands);
      branchChecks.inc({ reason, outcome: 'moved' });
    } catch (error) {
      branchChecks.inc({ reason, outcome: 'failed' });
      passOn(error, room);
    }
  }
}

function byRepository(rooms: readonly WatchedRoom[]): WatchedRoom[][] {
  const together = new Map<number, WatchedRoom[]>();
  for (const room of rooms)
    together.set(room.repositoryId, [...(together.get(room.repositoryId) ?? []), room]);
  return [...together.values()];
}

/** A limit ends the whole pass; anything else is this room's alone, and it is looked at again. */
function passOn(error: unknown, { workspaceId }: WatchedRoom): void {
  if (error instanceof ProtocolError && error.code === 'rate-limited') throw error;
  log.warn({ err: error, workspaceId }, 'a branch could not be looked at; it is looked at again soon');
}
