import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Transaction } from '../../db/client.js';
import { DatabaseConnection } from '../platform/database.js';
import type { Signature } from '../protocol/commit.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account, Person } from '../protocol/user.js';
import { AuthRepository, type KnownUser, type UserRow } from './auth.repository.js';
import { Secrets } from './secret.js';

export const SESSION_COOKIE = 'perch_session';
const DAY_MS = 24 * 60 * 60 * 1000;
export const SESSION_MS = 30 * DAY_MS;
/** A session in use is prolonged once a day. */
const RENEW_AFTER_MS = DAY_MS;
const LINK_MS = DAY_MS;

/** What the owner is called until he says otherwise. */
export type OwnerIdentity = { name?: string | undefined; email?: string | undefined };

/** Who somebody is. A session lives 30 days from its last use, in a cookie whose secret only the browser has. */
@Injectable()
export class AuthService {
  readonly #leaving = new Set<(userId: string) => Promise<void>>();

  constructor(
    private readonly repository: AuthRepository,
    private readonly connection: DatabaseConnection,
    private readonly secrets: Secrets,
  ) {}

  /** Whose cookies these are, or null. */
  async authenticate(cookieHeader: string | undefined): Promise<Account | null> {
    const secret = sessionSecret(cookieHeader);
    if (!secret) return null;
    const hash = this.secrets.hash(secret);
    const found = await this.repository.findBySession(hash);
    if (!found) return null;
    const expiresAt = new Date(Date.now() + SESSION_MS);
    if (expiresAt.getTime() - found.expiresAt.getTime() > RENEW_AFTER_MS)
      await this.repository.prolongSession(hash, expiresAt);
    return toAccount(found.user);
  }

  /** A link that signs the owner in once. Links of before that nobody used stop working. */
  async createOwnerLink({ name, email }: OwnerIdentity = {}): Promise<string> {
    const owner = await this.repository.findOrInsertOwner(
      name ?? 'Owner',
      email ?? 'owner@users.perch.invalid',
    );
    const { secret, hash } = this.secrets.create();
    await this.repository.replaceSignInLink(hash, owner.id, new Date(Date.now() + LINK_MS));
    return secret;
  }

  /**
   * @returns the account and the secret for its cookie
   * @throws {ProtocolError} `gone`
   */
  signInByLink(token: string): Promise<{ account: Account; secret: string }> {
    return this.connection.transaction(async (transaction) => {
      const user = await this.repository.useSignInLink(transaction, this.secrets.hash(token));
      if (!user) {
        throw new ProtocolError('gone', 'This link was used already or has expired. Open a new one.');
      }
      return { account: toAccount(user), secret: await this.startSession(transaction, user.id) };
    });
  }

  /** Makes a person within your transaction. */
  async createUser(transaction: Transaction, name: string, email: string | undefined): Promise<Account> {
    const slug =
      name
        .normalize('NFKD')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, '') || 'guest';
    // One address a person: equal ones would make two authors of a commit one.
    const ownEmail = email ?? `${slug}-${randomBytes(3).toString('hex')}@users.perch.invalid`;
    return toAccount(await this.repository.insertUser(transaction, { name, email: ownEmail }));
  }

  /**
   * @param byForge whether the forge may end it
   * @returns the secret for the cookie
   */
  async startSession(transaction: Transaction, userId: string, byForge = false): Promise<string> {
    const { secret, hash } = this.secrets.create();
    const expiresAt = new Date(Date.now() + SESSION_MS);
    await this.repository.insertSession(transaction, hash, userId, expiresAt, byForge);
    return secret;
  }

  /** Ends the session, and with it, in every process, the sockets that stand on it. */
  async signOut(cookieHeader: string | undefined): Promise<void> {
    const secret = sessionSecret(cookieHeader);
    const ended = secret && (await this.repository.deleteSession(this.secrets.hash(secret)));
    if (!ended || ended.remains) return;
    for (const leave of this.#leaving) await leave(ended.userId);
  }

  /** Hears of each person who has signed out and is signed in nowhere else. */
  onLeft(listener: (userId: string) => Promise<void>): void {
    this.#leaving.add(listener);
  }

  /** Ends those sessions of a person that began by signing in at the forge. */
  endForgeSessions(transaction: Transaction, userId: string): Promise<void> {
    return this.repository.deleteForgeSessions(transaction, userId);
  }

  async updateAccount(account: Account, set: { name?: string; email?: string }): Promise<Account> {
    if (set.name === undefined && set.email === undefined) return account;
    const user = await this.repository.updateUser(account.id, set);
    if (!user) throw new ProtocolError('not-found', 'This account is no more.');
    return { ...account, ...toAccount(user) };
  }

  async peopleById(ids: readonly string[]): Promise<Map<string, Person>> {
    const rows = await this.repository.findUsers(ids);
    return new Map(rows.map(({ id, name, color }) => [id, { id, name, color }]));
  }

  /**
   * As whom people go into a commit (GIT5): by the address that the forge has
   * verified, or its noreply form; by their own where they never signed in there.
   */
  async signaturesById(ids: readonly string[]): Promise<Map<string, Signature>> {
    const rows = await this.repository.findSignatures(ids);
    return new Map(rows.map(({ id, name, email }) => [id, { name, email }]));
  }

  async accountsById(ids: readonly string[]): Promise<Map<string, Account>> {
    const rows = await this.repository.findUsers(ids);
    return new Map(rows.map((user) => [user.id, toAccount(user)]));
  }
}

function toAccount({ id, name, color, email, isOwner, login }: UserRow & Partial<KnownUser>): Account {
  return { id, name, color, email, isOwner, ...(login && { login }) };
}

function sessionSecret(cookieHeader: string | undefined): string | undefined {
  return cookieHeader ? parseCookie(cookieHeader)[SESSION_COOKIE] : undefined;
}
