import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { AuthService } from '../auth/auth.service.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ForgePerson, ForgeTokens } from '../platform/github-oauth.js';
import { log } from '../platform/log.js';
import { ProtocolError } from '../protocol/error.js';
import {
  ForgeAccountRepository,
  type ForgeAccountRow,
  type SealedTokens,
} from './forge-account.repository.js';
import { ForgeSignIn } from './forge-sign-in.js';

/** A token that ends sooner is renewed first: a commit of many files takes minutes. */
const RENEW_BEFORE_MS = 10 * 60_000;
/** While the forge cannot renew it, it is used until just before its end. */
const LAST_USE_MS = 30_000;

/**
 * The tokens with which Perch acts as a person on the forge: sealed in the
 * database, open in memory only while they are used. A refresh token can be
 * used once, so renewing happens under the row's lock, in one process at a
 * time; the others find the new token when they get the lock.
 */
@Injectable()
export class ForgeTokenService implements OnModuleInit {
  /** Callers of one process share one look. */
  readonly #renewing = new Map<string, Promise<string>>();

  constructor(
    private readonly accounts: ForgeAccountRepository,
    private readonly forge: ForgeSignIn,
    private readonly auth: AuthService,
    private readonly connection: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.auth.onLeft((userId) => this.#leave(userId));
  }

  /**
   * The token to act with as a person; null for one who never signed in at the
   * forge, and while the operator has no App to sign in by.
   *
   * @throws {ProtocolError} `unauthenticated` where the forge lets Perch act for him no more,
   * `forge` while it does not answer and his token has run out
   */
  async tokenOf(userId: string): Promise<string | null> {
    const row = await this.accounts.find(userId);
    if (!row || !this.forge.isOn) return null;
    const token = this.#open(row);
    if (token !== null && isFresh(row)) return token;
    let renewing = this.#renewing.get(userId);
    if (!renewing) {
      renewing = this.#renew(userId).finally(() => this.#renewing.delete(userId));
      this.#renewing.set(userId, renewing);
    }
    return renewing;
  }

  /** Keeps what the forge said of a person who has just signed in there. */
  async save(
    transaction: Transaction,
    userId: string,
    person: ForgePerson,
    tokens: ForgeTokens,
  ): Promise<void> {
    await this.accounts.save(transaction, {
      userId,
      forgeUserId: person.id,
      login: person.login,
      email: person.email,
      ...this.#seal(userId, tokens),
    });
  }

  /** He took his consent back on the forge (`github_app_authorization` revoked): his tokens and sessions end here. */
  async revoked(forgeUserId: number): Promise<void> {
    await this.connection.transaction(async (transaction) => {
      const found = await this.accounts.findByForgeUser(transaction, forgeUserId);
      if (!found) return;
      await this.accounts.lock(transaction, found.account.userId);
      await this.#end(transaction, found.account.userId);
    });
  }

  /** The forge refuses a token that it gave (401): looked at again, and ended where it is true. */
  async refused(userId: string, token: string): Promise<void> {
    await this.connection.transaction(async (transaction) => {
      const row = await this.accounts.lock(transaction, userId);
      // Renewed meanwhile: what was refused is gone already.
      if (!row || this.#open(row) !== token) return;
      if (!(await this.#renewed(transaction, row))) await this.#end(transaction, userId);
    });
  }

  async #renew(userId: string): Promise<string> {
    const token = await this.connection.transaction(async (transaction) => {
      const row = await this.accounts.lock(transaction, userId);
      const known = row ? this.#open(row) : null;
      if (!row || known === null) return null;
      if (isFresh(row)) return known;
      try {
        const renewed = await this.#renewed(transaction, row);
        if (!renewed) await this.#end(transaction, userId);
        return renewed;
      } catch (error) {
        if (!row.expiresAt || row.expiresAt.getTime() < Date.now() + LAST_USE_MS) throw error;
        log.warn({ err: error }, 'a token of the forge could not be renewed and is used until its end');
        return known;
      }
    });
    if (token === null) throw signInAgain();
    return token;
  }

  /** The new token, stored; null where the forge refuses. */
  async #renewed(transaction: Transaction, row: ForgeAccountRow): Promise<string | null> {
    const refresh =
      row.refreshToken && this.forge.cipher.open(row.refreshToken, placeOf('refresh', row.userId));
    const isOver = row.refreshExpiresAt !== null && row.refreshExpiresAt.getTime() < Date.now();
    const tokens = refresh && !isOver ? await this.forge.oauth.refresh(refresh) : null;
    if (!tokens) return null;
    await this.accounts.setTokens(transaction, row.userId, this.#seal(row.userId, tokens));
    return tokens.access;
  }

  /** What he has not sent yet stays in his browser, for when he is back. */
  async #end(transaction: Transaction, userId: string): Promise<void> {
    await this.accounts.setTokens(transaction, userId, null);
    await this.auth.endForgeSessions(transaction, userId);
  }

  /** Nobody acts for him any more, unless a program of his does. */
  async #leave(userId: string): Promise<void> {
    const token = await this.connection.transaction(async (transaction) => {
      const row = await this.accounts.lock(transaction, userId);
      // Looked at under the lock: he may be signing in again.
      if (!row || (await this.accounts.isPresent(transaction, userId))) return null;
      await this.accounts.setTokens(transaction, userId, null);
      return this.#open(row);
    });
    if (token === null) return;
    // He is signed out here whatever the forge says; a token that nobody has any more ends by itself.
    await this.forge.oauth
      .revoke(token)
      .catch((error: unknown) => log.warn({ err: error }, 'a token could not be revoked on the forge'));
  }

  #open(row: ForgeAccountRow): string | null {
    if (row.accessToken === null || !this.forge.isOn) return null;
    return this.forge.cipher.open(row.accessToken, placeOf('access', row.userId));
  }

  #seal(userId: string, tokens: ForgeTokens): SealedTokens {
    const { cipher } = this.forge;
    return {
      accessToken: cipher.seal(tokens.access, placeOf('access', userId)),
      refreshToken: tokens.refresh && cipher.seal(tokens.refresh, placeOf('refresh', userId)),
      expiresAt: tokens.expiresAt,
      refreshExpiresAt: tokens.refreshExpiresAt,
    };
  }
}

const placeOf = (token: 'access' | 'refresh', userId: string) => `forge_accounts.${token}_token:${userId}`;

function isFresh({ expiresAt }: ForgeAccountRow): boolean {
  return expiresAt === null || expiresAt.getTime() - Date.now() > RENEW_BEFORE_MS;
}

function signInAgain(): ProtocolError {
  return new ProtocolError(
    'unauthenticated',
    'GitHub no longer lets Perch act for you. Your work is kept; sign in with GitHub again.',
  );
}
