import { Injectable } from '@nestjs/common';
import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { forgeAccounts } from '../../db/schema/forge-account.js';
import { loginSessions, signInLinks, users } from '../../db/schema/user.js';
import { batchLoader } from '../platform/batch-loader.js';
import { DatabaseConnection } from '../platform/database.js';

export type UserRow = typeof users.$inferSelect;
/** With what he is called on the forge, where he has signed in there. */
export type KnownUser = UserRow & { login: string | null };
type SessionRow = { user: KnownUser; expiresAt: Date };

@Injectable()
export class AuthRepository {
  readonly #sessions = batchLoader((hashes: readonly string[]) => this.#readSessions(hashes));
  readonly #bySession;

  constructor(private readonly connection: DatabaseConnection) {
    this.#bySession = connection.database
      .select({
        user: users,
        login: forgeAccounts.login,
        tokenHash: loginSessions.tokenHash,
        expiresAt: loginSessions.expiresAt,
      })
      .from(loginSessions)
      .innerJoin(users, eq(users.id, loginSessions.userId))
      .leftJoin(forgeAccounts, eq(forgeAccounts.userId, users.id))
      .where(
        and(
          sql`${loginSessions.tokenHash} = any(${sql.placeholder('tokenHashes')}::text[])`,
          gt(loginSessions.expiresAt, sql`now()`),
          isNull(users.deletedAt),
        ),
      )
      .prepare('users_by_session');
  }

  /** Whose session this is, and when it ends unless it is prolonged. */
  findBySession(tokenHash: string): Promise<SessionRow | undefined> {
    return this.#sessions.load(tokenHash);
  }

  async #readSessions(tokenHashes: readonly string[]): Promise<(SessionRow | undefined)[]> {
    const rows = await this.#bySession.execute({ tokenHashes: [...new Set(tokenHashes)] });
    const byHash = new Map(
      rows.map(({ tokenHash, user, login, expiresAt }) => [
        tokenHash,
        { user: { ...user, login }, expiresAt },
      ]),
    );
    return tokenHashes.map((hash) => byHash.get(hash));
  }

  async prolongSession(tokenHash: string, expiresAt: Date): Promise<void> {
    await this.connection.database
      .update(loginSessions)
      .set({ expiresAt })
      .where(eq(loginSessions.tokenHash, tokenHash));
  }

  async insertSession(
    transaction: Transaction,
    tokenHash: string,
    userId: string,
    expiresAt: Date,
    byForge: boolean,
  ): Promise<void> {
    await transaction.insert(loginSessions).values({ tokenHash, userId, expiresAt, byForge });
  }

  /** Whose it was, and whether he is signed in anywhere still; undefined where there was none. */
  async deleteSession(tokenHash: string): Promise<{ userId: string; remains: boolean } | undefined> {
    return this.connection.transaction(async (transaction) => {
      const [ended] = await transaction
        .delete(loginSessions)
        .where(eq(loginSessions.tokenHash, tokenHash))
        .returning({ userId: loginSessions.userId });
      await transaction.execute(sql`SELECT pg_notify('perch_access', 'sessions')`);
      if (!ended) return undefined;
      const remaining = await transaction
        .select({ userId: loginSessions.userId })
        .from(loginSessions)
        .where(and(eq(loginSessions.userId, ended.userId), gt(loginSessions.expiresAt, sql`now()`)))
        .limit(1);
      return { ...ended, remains: remaining.length > 0 };
    });
  }

  async deleteForgeSessions(transaction: Transaction, userId: string): Promise<void> {
    await transaction
      .delete(loginSessions)
      .where(and(eq(loginSessions.userId, userId), eq(loginSessions.byForge, true)));
    await transaction.execute(sql`SELECT pg_notify('perch_access', 'sessions')`);
  }

  /** The owner, made at the first start; two processes that start at once make one. */
  async findOrInsertOwner(name: string, email: string): Promise<UserRow> {
    return this.connection.transaction(async (transaction) => {
      await transaction.execute(sql`LOCK TABLE ${users} IN SHARE ROW EXCLUSIVE MODE`);
      const [owner] = await transaction.select().from(users).where(eq(users.isOwner, true)).limit(1);
      if (owner) return owner;
      const [made] = await transaction
        .insert(users)
        .values({ name, email, color: 0, isOwner: true })
        .returning();
      return made!;
    });
  }

  async insertUser(transaction: Transaction, values: { name: string; email: string }): Promise<UserRow> {
    // The colours go round, so that the first twelve people have one each.
    const color = sql<number>`(SELECT count(*) % 12 FROM ${users})`;
    const [made] = await transaction
      .insert(users)
      .values({ ...values, color })
      .returning();
    return made!;
  }

  async updateUser(userId: string, set: { name?: string; email?: string }): Promise<UserRow | undefined> {
    return this.connection.transaction(async (transaction) => {
      const [user] = await transaction.update(users).set(set).where(eq(users.id, userId)).returning();
      // Whoever shows the name somewhere reads it again.
      await transaction.execute(sql`SELECT pg_notify('perch_account', ${userId})`);
      return user;
    });
  }

  async findUsers(ids: readonly string[]): Promise<UserRow[]> {
    if (ids.length === 0) return [];
    return this.connection.database
      .select()
      .from(users)
      .where(inArray(users.id, [...ids]));
  }

  /** Names and the addresses for commits: what the forge has verified goes before what somebody wrote. */
  async findSignatures(ids: readonly string[]): Promise<{ id: string; name: string; email: string }[]> {
    if (ids.length === 0) return [];
    return this.connection.database
      .select({
        id: users.id,
        name: users.name,
        email: sql<string>`coalesce(${forgeAccounts.email}, ${users.email})`,
      })
      .from(users)
      .leftJoin(forgeAccounts, eq(forgeAccounts.userId, users.id))
      .where(inArray(users.id, [...ids]));
  }

  /** Leaves one unused link: the newest start's. */
  async replaceSignInLink(tokenHash: string, userId: string, expiresAt: Date): Promise<void> {
    await this.connection.transaction(async (transaction) => {
      await transaction
        .delete(signInLinks)
        .where(and(eq(signInLinks.userId, userId), isNull(signInLinks.usedAt)));
      await transaction.insert(signInLinks).values({ tokenHash, userId, expiresAt });
    });
  }

  /** Marks a link used. Undefined where it was used, has expired or never was: exactly one caller gets the user. */
  async useSignInLink(transaction: Transaction, tokenHash: string): Promise<UserRow | undefined> {
    const [link] = await transaction
      .update(signInLinks)
      .set({ usedAt: sql`now()` })
      .where(
        and(
          eq(signInLinks.tokenHash, tokenHash),
          isNull(signInLinks.usedAt),
          gt(signInLinks.expiresAt, sql`now()`),
        ),
      )
      .returning();
    if (!link) return undefined;
    const [user] = await transaction
      .select()
      .from(users)
      .where(and(eq(users.id, link.userId), isNull(users.deletedAt)));
    return user;
  }
}
