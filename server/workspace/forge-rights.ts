import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ForgeTokenService } from '../forge-account/forge-token.service.js';
import { GithubClient } from '../platform/github-client.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import { isUnauthorized } from '../platform/github-refusal.js';
import { ProtocolError } from '../protocol/error.js';
import type { Role } from '../protocol/user.js';
import { ForgeAnswers } from './forge-answers.js';

/** Those who are here, and what each has asked for by its ETag. */
const CLIENTS_MAX = 1_000;
const ANSWERS_MAX = 20_000;
/** The second with the token that has come in place of a refused one. */
const ATTEMPTS = 2;

/** null: hidden from him. undefined: he has no account on the forge, and other rights. */
type Seen = ForgeRepository | null | undefined;

/**
 * What a person may do by the forge's word, asked with his own token (SEC1).
 * An answer that has not changed costs nothing of his budget (GIT6). Of whoever
 * never signed in at the forge it says nothing.
 */
@Injectable()
export class ForgeRights {
  readonly #clients = new LRUCache<string, { token: string; client: GithubClient }>({ max: CLIENTS_MAX });
  readonly #byName = new ForgeAnswers<string, Seen>(ANSWERS_MAX);
  readonly #byId = new ForgeAnswers<string, Seen>(ANSWERS_MAX);
  readonly #listed = new ForgeAnswers<string, readonly ForgeRepository[] | undefined>(CLIENTS_MAX);

  constructor(
    private readonly tokens: ForgeTokenService,
    private readonly github: GithubClient,
  ) {}

  /**
   * @throws {ProtocolError} `unauthenticated` where the forge lets Perch act for him no more; what it refused,
   * where nothing it said before counts any more
   */
  async byName(userId: string, owner: string, repo: string): Promise<Role | null | undefined> {
    const key = `${userId} ${owner}/${repo}`.toLowerCase();
    return roleOf(
      await this.#byName.get(key, () => this.#see(userId, (as) => as.getRepository(owner, repo))),
    );
  }

  /** @throws {ProtocolError} as `byName` */
  async byId(userId: string, repositoryId: number): Promise<Role | null | undefined> {
    const key = `${userId} ${repositoryId}`;
    return roleOf(
      await this.#byId.get(key, () => this.#see(userId, (as) => as.getRepositoryById(repositoryId))),
    );
  }

  /** Roles in the repositories that are his, by their ids; undefined as above. */
  async all(userId: string): Promise<Map<number, Role> | undefined> {
    const found = await this.#listed.get(userId, () => this.#as(userId, (as) => as.listRepositories()));
    return found && new Map(found.map(({ id, permission }) => [id, permission]));
  }

  /** The forge says that rights may be others now; in one repository, or anywhere. */
  doubt(repositoryId: number | null): void {
    this.#byId.doubt((key) => repositoryId === null || key.endsWith(` ${repositoryId}`));
    this.#byName.doubt((_, seen) => repositoryId === null || !seen || seen.id === repositoryId);
    this.#listed.doubt(() => true);
  }

  #see(userId: string, ask: (as: GithubClient) => Promise<ForgeRepository | null>): Promise<Seen> {
    return this.#as(userId, async (as) => {
      try {
        return await ask(as);
      } catch (error) {
        // An organization may forbid what it has: for him it is as if it were not there.
        if (error instanceof ProtocolError && error.code === 'forbidden') return null;
        throw error;
      }
    });
  }

  /** Undefined where he never signed in at the forge. @throws {ProtocolError} `unauthenticated` where it lets Perch act for him no more */
  async #as<Answer>(userId: string, ask: (as: GithubClient) => Promise<Answer>): Promise<Answer | undefined> {
    for (let attempt = 1; ; attempt++) {
      const token = await this.tokens.tokenOf(userId);
      if (token === null) return undefined;
      try {
        return await ask(this.#client(userId, token));
      } catch (error) {
        if (!isUnauthorized(error) || attempt === ATTEMPTS) throw error;
        // Renewing a token ends the one before, which may have been on its way: that hides nothing from him.
        await this.tokens.refused(userId, token);
      }
    }
  }

  #client(userId: string, token: string): GithubClient {
    const known = this.#clients.get(userId);
    if (known?.token === token) return known.client;
    const client = this.github.as(token, userId);
    this.#clients.set(userId, { token, client });
    return client;
  }
}

const roleOf = (seen: Seen): Role | null | undefined => seen && seen.permission;
