import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { GithubClient, type ForgeRepository } from '../platform/github-client.js';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account, Role } from '../protocol/user.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** How long what the forge says of a repository is believed. */
const REPOSITORY_MS = 30_000;
/** How long it is believed while the forge takes no more requests: its limits are by the hour. */
const LIMITED_MS = 3_600_000;
/** How long a role is believed that no notice has called into question. */
const ROLE_MS = 15_000;
const RANK: Record<Role, number> = { read: 0, write: 1, admin: 2 };

/**
 * Who may do what in a repository (SEC1): never more than Perch's own token
 * may on the forge, and for an invited person never more than the invitation
 * said. Fails closed: while the forge cannot be asked, nobody gets in anew. A
 * limit that Perch has used up shuts nobody out of where he may be (GIT6).
 */
@Injectable()
export class AccessService implements OnApplicationBootstrap {
  readonly #byName = new LRUCache<string, ForgeRepository>({ max: 1_000, ttl: REPOSITORY_MS });
  readonly #byId = new LRUCache<number, ForgeRepository>({ max: 1_000, ttl: REPOSITORY_MS });
  /** By either, for as long as a limit may last. */
  readonly #lastKnown = new LRUCache<string | number, ForgeRepository>({ max: 2_000, ttl: LIMITED_MS });
  readonly #roles = new LRUCache<string, { role: Role | null }>({ max: 10_000, ttl: ROLE_MS });
  readonly #listeners = new Set<() => void>();
  /** Raised by each notice: an answer asked for before it is not kept. */
  #notice = 0;
  #membersMark = '';

  constructor(
    private readonly repository: WorkspaceRepository,
    private readonly github: GithubClient,
    private readonly listener: NotificationListener,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#membersMark = await this.repository.membersMark();
    await this.listener.listen('perch_access', (payload) => {
      if (payload === 'members') this.#tell();
      // A wake-up without a payload: a notice may have been missed.
      if (payload === null) void this.#lookAgain();
    });
  }

  /** Hears that rights may have been withdrawn: look again. */
  onChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** @throws {ProtocolError} `not-found` without the right to read, `forbidden` without the one needed */
  async requireByName(
    account: Account,
    owner: string,
    repo: string,
    need: Role,
  ): Promise<{ repository: ForgeRepository; role: Role }> {
    const key = `${owner}/${repo}`.toLowerCase();
    let repository = this.#byName.get(key);
    if (!repository) {
      repository = (await this.#ask(key, () => this.github.getRepository(owner, repo))) ?? undefined;
      if (!repository) throw notFound();
      // Known only once it has a row: what is made of it meanwhile refers to that.
      await this.repository.upsertRepository(repository);
      this.#byName.set(key, repository);
      this.#byId.set(repository.id, repository);
    }
    return { repository, role: await this.#require(account, repository, need) };
  }

  /** @param what was asked for within the repository: hidden, it is refused as if there were none */
  async requireById(
    account: Account,
    repositoryId: number,
    need: Role,
    what: string,
  ): Promise<{ repository: ForgeRepository; role: Role }> {
    const repository = await this.findRepository(repositoryId);
    return { repository, role: await this.#require(account, repository, need, what) };
  }

  async findRepository(repositoryId: number): Promise<ForgeRepository> {
    const known = this.#byId.get(repositoryId);
    if (known) return known;
    const repository = await this.#ask(repositoryId, () => this.github.getRepositoryById(repositoryId));
    if (!repository) throw notFound();
    this.#byId.set(repositoryId, repository);
    return repository;
  }

  async #ask(
    key: string | number,
    ask: () => Promise<ForgeRepository | null>,
  ): Promise<ForgeRepository | null> {
    try {
      const found = await ask();
      if (found) this.#lastKnown.set(key, found);
      else this.#lastKnown.delete(key);
      return found;
    } catch (error) {
      const last = this.#lastKnown.get(key);
      if (!last || !isLimited(error)) throw error;
      return last;
    }
  }

  async role(account: Account, repository: ForgeRepository): Promise<Role | null> {
    const key = `${account.id} ${repository.id}`;
    const known = this.#roles.get(key);
    if (known) return known.role;
    const notice = this.#notice;
    const granted = account.isOwner
      ? repository.permission
      : await this.repository.memberRole(repository.id, account.id);
    const role = granted ? lower(granted, repository.permission) : null;
    if (notice === this.#notice) this.#roles.set(key, { role });
    return role;
  }

  /** Roles in many repositories with one question: in those of `all` where there is one. */
  async roles(
    account: Account,
    all: readonly ForgeRepository[],
  ): Promise<{ repository: ForgeRepository; role: Role }[]> {
    const member = account.isOwner ? undefined : await this.repository.memberRoles(account.id);
    return all.flatMap((repository) => {
      const granted = member ? member.get(repository.id) : repository.permission;
      return granted ? [{ repository, role: lower(granted, repository.permission) }] : [];
    });
  }

  #tell(): void {
    this.#notice++;
    this.#roles.clear();
    for (const listener of this.#listeners) listener();
  }

  /** A notice is a wake-up, never the data: what it would have told of is found in the rows. */
  async #lookAgain(): Promise<void> {
    try {
      const mark = await this.repository.membersMark();
      if (mark === this.#membersMark) return;
      this.#membersMark = mark;
      this.#tell();
    } catch (error) {
      log.warn({ err: error }, 'the members could not be read; they are read again soon');
    }
  }

  async #require(
    account: Account,
    repository: ForgeRepository,
    need: Role,
    what = 'repository',
  ): Promise<Role> {
    const role = await this.role(account, repository);
    if (role === null) throw notFound(what);
    if (RANK[role] < RANK[need]) {
      throw new ProtocolError(
        'forbidden',
        need === 'admin'
          ? 'Only somebody who administers this repository can do this.'
          : 'You may watch this repository, not change it. Ask its owner for an invitation to edit.',
      );
    }
    return role;
  }
}

function lower(one: Role, other: Role): Role {
  return RANK[one] < RANK[other] ? one : other;
}

/** Whether the forge refuses because it was asked too much, and says nothing of what was asked for. */
export function isLimited(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === 'rate-limited';
}

/** The same words for what there is not and for what may not be seen (SEC1). */
export function notFound(what = 'repository'): ProtocolError {
  return new ProtocolError('not-found', `This ${what} does not exist, or you may not see it.`);
}
