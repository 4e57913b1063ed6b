import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ForgeBranch } from '../platform/github-branches.js';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { NotificationListener } from '../platform/notification-listener.js';
import { ProtocolError } from '../protocol/error.js';
import type { Branch, BranchPage, RepositoryRef } from '../protocol/repository.js';
import type { Account } from '../protocol/user.js';
import { AccessService } from './access.service.js';
import { WorkspaceRepository } from './workspace.repository.js';

/** How long a list is believed that nobody has called into question. Asking again costs nothing where nothing changed. */
const LIST_MS = 15_000;
const PER_PAGE = 50;
/** Of a list that is not complete: how many are looked up by how their names begin. */
const BEGINNINGS = 20;

type Listing = { branches: readonly ForgeBranch[]; isComplete: boolean };

/** The branches of a repository, the one last committed to first, and who is there now. */
@Injectable()
export class BranchListService implements OnApplicationBootstrap {
  readonly #listings = new LRUCache<number, Promise<Listing>>({ max: 50, ttl: LIST_MS });

  constructor(
    private readonly access: AccessService,
    private readonly github: GithubClient,
    private readonly repository: WorkspaceRepository,
    private readonly listener: NotificationListener,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen('perch_branches', (payload) => {
      if (payload !== null) this.#listings.delete(Number(payload));
    });
  }

  /** A branch was made, moved or deleted: the next look at the list asks the forge, in every process. */
  async forget(repositoryId: number): Promise<void> {
    this.#listings.delete(repositoryId);
    await this.repository.tellBranches(repositoryId);
  }

  async page(
    account: Account,
    ref: RepositoryRef,
    { query = '', cursor }: { query?: string; cursor?: string },
  ): Promise<BranchPage> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'read');
    const { branches, isComplete } = await this.#listing(repository);
    const found = branches.filter((each) => each.name.toLowerCase().includes(query.toLowerCase()));
    if (!isComplete && query !== '') found.push(...(await this.#beginning(repository, query, found)));
    const after = cursor === undefined ? null : parseCursor(cursor);
    const rest = after === null ? found : found.filter((each) => newestFirst(each, after) > 0);
    const shown = rest.slice(0, PER_PAGE);
    const standing = branches.find((each) => each.name === repository.defaultBranch);
    const people = await this.repository.presentByBranch(repository.id, [
      repository.defaultBranch,
      ...shown.map((each) => each.name),
    ]);
    const told = (each: ForgeBranch): Branch => ({
      ...each,
      isDefault: each.name === repository.defaultBranch,
      people: people.get(each.name) ?? [],
    });
    const last = shown.at(-1);
    return {
      branches: shown.map(told),
      defaultBranch: standing ? told(standing) : null,
      total: found.length,
      nextCursor: last && rest.length > shown.length ? toCursor(last) : null,
      isComplete,
    };
  }

  #listing({ id, owner, name }: ForgeRepository): Promise<Listing> {
    const known = this.#listings.get(id);
    if (known) return known;
    const asked = this.github.listBranches(owner, name).then(({ branches, isComplete }) => ({
      branches: branches.toSorted(newestFirst),
      isComplete,
    }));
    this.#listings.set(id, asked);
    asked.catch(() => {
      if (this.#listings.get(id) === asked) this.#listings.delete(id);
    });
    return asked;
  }

  async #beginning(
    { owner, name: repo }: ForgeRepository,
    query: string,
    known: readonly ForgeBranch[],
  ): Promise<ForgeBranch[]> {
    const names = await this.github.listBranchNames(owner, repo, query);
    const unknown = names.filter((name) => !known.some((each) => each.name === name)).slice(0, BEGINNINGS);
    return this.github.findBranches(owner, repo, unknown);
  }
}

type Place = Pick<ForgeBranch, 'name' | 'committedAt'>;

function newestFirst(one: Place, other: Place): number {
  const later = Date.parse(other.committedAt ?? '') - Date.parse(one.committedAt ?? '');
  if (later) return later;
  const dated = Number(other.committedAt !== null) - Number(one.committedAt !== null);
  if (dated !== 0) return dated;
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** The place of the last branch shown: what is made or deleted meanwhile shifts nothing. */
function toCursor({ name, committedAt }: Place): string {
  return Buffer.from(JSON.stringify([committedAt, name])).toString('base64url');
}

function parseCursor(cursor: string): Place {
  try {
    const [committedAt, name] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && (committedAt === null || typeof committedAt === 'string'))
      return { name, committedAt };
  } catch {
    // What is none is told below.
  }
  throw new ProtocolError('invalid', 'This request does not fit: cursor: is none that this list gave.');
}
