import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RequestError } from 'octokit';
import { GithubClient } from '../platform/github-client.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { ForgeTokenService } from './forge-token.service.js';

/** Each has its own ETags and its own share of the forge's limits. */
const CLIENTS = 500;

/**
 * The forge, written to as a person: by his own rights there and in his own
 * name. For whoever never signed in there Perch's own token writes, as far as
 * Perch lets him. What is read and shared is read with Perch's own token.
 */
@Injectable()
export class PersonGithub {
  readonly #clients = new LRUCache<string, { token: string; client: GithubClient }>({ max: CLIENTS });

  constructor(
    private readonly tokens: ForgeTokenService,
    private readonly github: GithubClient,
  ) {}

  /** @throws {ProtocolError} `unauthenticated` where the forge lets Perch act for him no more */
  async as<Result>(account: Account, act: (github: GithubClient) => Promise<Result>): Promise<Result> {
    const token = await this.tokens.tokenOf(account.id);
    if (token === null) return act(this.github);
    try {
      return await act(this.#client(account.id, token));
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      await this.tokens.refused(account.id, token);
      // Throws where it has ended.
      await this.tokens.tokenOf(account.id);
      throw new ProtocolError('forge', 'GitHub asked who you are again. Your work is kept; try again.', {
        cause: error,
      });
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

/** Whether the forge does not know the token, however that was put in a sentence since. */
function isUnauthorized(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof RequestError && cause.status === 401) return true;
  return false;
}
