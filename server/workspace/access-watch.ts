import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { log } from '../platform/log.js';
import type { Account, Role } from '../protocol/user.js';
import type { WorkspaceClosed } from '../protocol/workspace.js';
import type { Standing } from './access.service.js';
import { LOOK_MS } from './access-times.js';
import { WorkspaceService } from './workspace.service.js';

const CLOSED: Record<WorkspaceClosed['reason'], string> = {
  withdrawn: 'Your access to this repository was withdrawn. What you wrote and was saved is kept in it.',
  unconfirmed:
    'GitHub has not answered for ten minutes whether you may still be here. What you wrote is kept; open this page again when GitHub is back.',
  'signed-out': 'GitHub no longer lets Perch act for you. What you wrote is kept; sign in with GitHub again.',
};
export function closedNews(workspaceId: string, reason: WorkspaceClosed['reason']): WorkspaceClosed {
  return { workspaceId, reason, message: CLOSED[reason] };
}

/** Questions to the forge at once. */
const AT_ONCE = 8;

/** Somebody inside: a connection or a stream. */
export type Inside = {
  account: Account;
  workspaceId: string;
  /** What he may do now; told again at each look. */
  allowed(role: Role): void;
  /** He is out, and not inside any more. */
  closed(news: WorkspaceClosed): void;
};

/**
 * Who is in a workspace by this process (SEC1): each is looked at again with
 * every notice and every LOOK_MS, so that a right is gone within a minute of its
 * withdrawal, whether or not anybody told us. One question a person and workspace.
 */
@Injectable()
export class AccessWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #inside = new Map<string, Set<Inside>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(private readonly workspaces: WorkspaceService) {}

  onApplicationBootstrap(): void {
    this.workspaces.onAccessChanged(() => this.#look());
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#inside.clear();
    await this.#looking;
  }

  /** To be called in the turn in which his right was found, and undone when he leaves. */
  enter(inside: Inside): () => void {
    const key = `${inside.account.id} ${inside.workspaceId}`;
    const together = this.#inside.get(key) ?? new Set();
    this.#inside.set(key, together.add(inside));
    return () => {
      together.delete(inside);
      if (together.size === 0 && this.#inside.get(key) === together) this.#inside.delete(key);
    };
  }

  #look(): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = this.#lookAtAll().finally(() => {
      this.#looking = undefined;
      if (this.#again) this.#look();
    });
  }

  async #lookAtAll(): Promise<void> {
    this.#again = false;
    const waiting = [...this.#inside];
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) await this.#lookAt(...next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #lookAt(key: string, together: Set<Inside>): Promise<void> {
    const [first] = together;
    if (!first) return;
    const standing = await this.#standingOf(first);
    if (standing.kind === 'unknown') return;
    for (const inside of together)
      if (standing.kind === 'in') inside.allowed(standing.role);
      else {
        const { workspaceId } = inside;
        together.delete(inside);
        inside.closed(closedNews(workspaceId, standing.reason));
      }
    if (together.size === 0 && this.#inside.get(key) === together) this.#inside.delete(key);
  }

  async #standingOf({ account, workspaceId }: Inside): Promise<Standing> {
    try {
      return await this.workspaces.standing(account, workspaceId);
    } catch (error) {
      log.warn({ err: error, workspaceId }, 'access could not be asked again; it is asked later');
      return { kind: 'unknown' };
    }
  }
}
