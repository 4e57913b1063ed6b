import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { NotInstalled } from '../platform/github-app.js';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { log } from '../platform/log.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account, Role } from '../protocol/user.js';
import type { WorkspaceClosed } from '../protocol/workspace.js';
import { ForgeAnswers, isUnanswered } from './forge-answers.js';
import { ForgeRights } from './forge-rights.js';
import { RepositoryNameService } from './repository-name.service.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** How long a member's role is believed that no notice has called into question. */
const MEMBER_MS = 15_000;
const RANK: Record<Role, number> = { read: 0, write: 1, admin: 2 };

/** Where somebody who is inside stands: out `unconfirmed` as long as the forge cannot be asked, `signed-out` until he lets Perch act for him there again. */
export type Standing =
  | { kind: 'in'; role: Role }
  | { kind: 'out'; reason: WorkspaceClosed['reason'] }
  /** Cannot be found out now for a fault of ours; the next look does. */
  | { kind: 'unknown' };

/**
 * Who may do what in a repository (SEC1): whoever has signed in at the forge
 * what it lets him do, an invited person what the invitation said, and nobody
 * more than Perch's own token may. Fails closed: while the forge cannot be
 * asked, nobody gets in anew. A limit that is used up shuts nobody out of where
 * he may be (GIT6).
 */
@Injectable()
export class AccessService implements OnApplicationBootstrap {
  /** What Perch's own token sees; null where it sees nothing. */
  readonly #byName = new ForgeAnswers<string, ForgeRepository | null>(2_000);
  readonly #byId = new ForgeAnswers<number, ForgeRepository | null>(2_000);
  /** Those whose row is as the forge says. */
  readonly #stored = new WeakSet<ForgeRepository>();
  readonly #members = new LRUCache<string, { role: Role | null }>({ max: 10_000, ttl: MEMBER_MS });
  readonly #listeners = new Set<() => void>();
  /** Raised by each notice: an answer asked for before it is not kept. */
  #notice = 0;
  #membersMark = '';

  constructor(
    private readonly repository: WorkspaceRepository,
    private readonly github: GithubClient,
    private readonly listener: NotificationListener,
    private readonly rights: ForgeRights,
    private readonly names: RepositoryNameService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#membersMark = await this.repository.membersMark();
    await this.listener.listen('perch_access', (payload) => {
      if (payload === 'members') this.#tell();
      if (payload?.startsWith('forge:')) this.#doubt(payload.slice('forge:'.length));
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
    // The forge hides from him what it hides: nothing more is asked, as where there is none.
    const own = account.isOwner ? undefined : await this.rights.byName(account.id, owner, repo);
    if (own === null) throw notFound();
    const repository = await this.#byName.get(key, () => hidden(this.github.getRepository(owner, repo)));
    // Where there is none, the same is asked as where it is hidden: the time it takes tells nothing.
    const role = await this.#roleIn(account, repository, key, own);
    if (!repository || role === null) {
      const mayKnow = account.isOwner || own !== undefined;
      throw (!repository && mayKnow && (await this.github.whyAbsent(owner, repo))) || notFound();
    }
    requireRank(role, need);
    // What comes next asks by its id.
    if (!this.#stored.has(repository)) this.#byId.set(repository.id, repository);
    await this.#store(repository);
    return { repository, role };
  }

  /** @param what was asked for within the repository: hidden, it is refused as if there were none */
  async requireById(
    account: Account,
    repositoryId: number,
    need: Role,
    what: string,
  ): Promise<{ repository: ForgeRepository; role: Role }> {
    const { repository, role } = await this.#roleById(account, repositoryId);
    if (!repository || role === null) throw notFound(what);
    requireRank(role, need);
    return { repository, role };
  }

  async findRepository(repositoryId: number): Promise<ForgeRepository> {
    const repository = await this.#find(repositoryId);
    if (!repository) throw notFound();
    return repository;
  }

  /** For whoever is inside: a withdrawal, a lowered or raised right, or that it stands. */
  async standing(account: Account, repositoryId: number): Promise<Standing> {
    try {
      const { role } = await this.#roleById(account, repositoryId);
      return role === null ? { kind: 'out', reason: 'withdrawn' } : { kind: 'in', role };
    } catch (error) {
      if (error instanceof ProtocolError && error.code === 'unauthenticated')
        return { kind: 'out', reason: 'signed-out' };
      log.warn({ err: error, repositoryId }, 'a right could not be asked again; it is asked later');
      // An invitation is our own word, and stands while the forge is away.
      return isUnanswered(error) && !account.isOwner && account.login !== undefined
        ? { kind: 'out', reason: 'unconfirmed' }
        : { kind: 'unknown' };
    }
  }

  /** Roles in many repositories with one question: in those of `all` where there is one. */
  async roles(
    account: Account,
    all: readonly ForgeRepository[],
  ): Promise<{ repository: ForgeRepository; role: Role }[]> {
    const member = account.isOwner
      ? undefined
      : ((await this.rights.all(account.id)) ?? (await this.repository.memberRoles(account.id)));
    return all.flatMap((repository) => {
      const granted = member ? member.get(repository.id) : repository.permission;
      return granted ? [{ repository, role: lower(granted, repository.permission) }] : [];
    });
  }

  #find(repositoryId: number): Promise<ForgeRepository | null> {
    return this.#byId.get(repositoryId, () => hidden(this.github.getRepositoryById(repositoryId)));
  }

  async #roleById(
    account: Account,
    repositoryId: number,
  ): Promise<{ repository: ForgeRepository | null; role: Role | null }> {
    const own = account.isOwner ? undefined : await this.rights.byId(account.id, repositoryId);
    if (own === null) return { repository: null, role: null };
    const repository = await this.#find(repositoryId);
    // Whoever is inside is looked after by id alone, and hears so that it goes by another name.
    if (repository) await this.#store(repository);
    return { repository, role: await this.#roleIn(account, repository, String(repositoryId), own) };
  }

  /** @param own what the forge lets him do; undefined where it says nothing of him */
  async #roleIn(
    account: Account,
    repository: ForgeRepository | null,
    key: string,
    own: Role | undefined,
  ): Promise<Role | null> {
    if (account.isOwner) return repository?.permission ?? null;
    const granted = own ?? (await this.#memberRole(account, repository?.id ?? 0, repository ? '' : key));
    return repository && granted && lower(granted, repository.permission);
  }

  async #memberRole(account: Account, repositoryId: number, absent: string): Promise<Role | null> {
    const key = `${account.id} ${repositoryId} ${absent}`;
    const known = this.#members.get(key);
    if (known) return known.role;
    const notice = this.#notice;
    const role = (await this.repository.memberRole(repositoryId, account.id)) ?? null;
    // A notice that came meanwhile may tell of this very role: nobody gets in by what it was before.
    if (notice !== this.#notice) return this.#memberRole(account, repositoryId, absent);
    this.#members.set(key, { role });
    return role;
  }

  /** Known only once it has a row: what is made of it meanwhile refers to that. */
  async #store(repository: ForgeRepository): Promise<void> {
    if (this.#stored.has(repository)) return;
    await this.names.keep(repository);
    this.#stored.add(repository);
  }

  /** The forge says that its rights may be others now, in one repository (by its id) or anywhere (`*`). */
  #doubt(which: string): void {
    this.github.forgetInstallations();
    const isMeant = (id: number | undefined) => which === '*' || id === undefined || id === Number(which);
    this.#byId.doubt((id) => isMeant(id));
    this.#byName.doubt((_, repository) => isMeant(repository?.id));
    this.rights.doubt(which === '*' ? null : Number(which));
    this.#tell();
  }

  #tell(): void {
    this.#notice++;
    this.#members.clear();
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
}

/** What the forge forbids, or Perch's App does not reach, is as if it were not there. */
async function hidden(asked: Promise<ForgeRepository | null>): Promise<ForgeRepository | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NotInstalled) return null;
    if (error instanceof ProtocolError && error.code === 'forbidden') return null;
    throw error;
  }
}

function requireRank(role: Role, need: Role): void {
  if (RANK[role] >= RANK[need]) return;
  throw new ProtocolError(
    'forbidden',
    need === 'admin'
      ? 'Only somebody who administers this repository can do this.'
      : 'You may watch this repository, not change it. Ask whoever administers it for write access.',
  );
}

function lower(one: Role, other: Role): Role {
  return RANK[one] < RANK[other] ? one : other;
}

/** The same words for what there is not and for what may not be seen (SEC1). */
export function notFound(what = 'repository'): ProtocolError {
  return new ProtocolError('not-found', `This ${what} does not exist, or you may not see it.`);
}
