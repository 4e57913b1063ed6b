import { Injectable } from '@nestjs/common';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { accessTokens } from '../../db/schema/access-token.js';
import { forgeAccounts } from '../../db/schema/forge-account.js';
import { loginSessions, users } from '../../db/schema/user.js';
import { DatabaseConnection } from '../platform/database.js';

export type ForgeAccountRow = typeof forgeAccounts.$inferSelect;
/** As they are stored: sealed. */
export type SealedTokens = Pick<
  ForgeAccountRow,
  'accessToken' | 'refreshToken' | 'expiresAt' | 'refreshExpiresAt'
>;

const NONE: SealedTokens = { accessToken: null, refreshToken: null, expiresAt: null, refreshExpiresAt: null };

@Injectable()
export class ForgeAccountRepository {
  readonly #byUser;

  constructor(private readonly connection: DatabaseConnection) {
    this.#byUser = connection.database
      .select()
      .from(forgeAccounts)
      .where(eq(forgeAccounts.userId, sql.placeholder('userId')))
      .prepare('forge_account_by_user');
  }

  async find(userId: string): Promise<ForgeAccountRow | undefined> {
    const [row] = await this.#byUser.execute({ userId });
    return row;
  }

  /** Until the transaction ends, no other process reads it this way. */
  async lock(transaction: Transaction, userId: string): Promise<ForgeAccountRow | undefined> {
    const [row] = await transaction
      .select()
      .from(forgeAccounts)
      .where(eq(forgeAccounts.userId, userId))
      .for('update');
    return row;
  }

  /** One sign-in of a forge's user at a time, or two first ones would make two people. */
  async lockForgeUser(transaction: Transaction, forgeUserId: number): Promise<void> {
    await transaction.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`forge user ${forgeUserId}`}, 0))`,
    );
  }

  async findByForgeUser(
    transaction: Transaction,
    forgeUserId: number,
  ): Promise<{ account: ForgeAccountRow; userEmail: string; isGone: boolean } | undefined> {
    const [row] = await transaction
      .select({ account: forgeAccounts, userEmail: users.email, deletedAt: users.deletedAt })
      .from(forgeAccounts)
      .innerJoin(users, eq(users.id, forgeAccounts.userId))
      .where(eq(forgeAccounts.forgeUserId, forgeUserId));
    return row && { account: row.account, userEmail: row.userEmail, isGone: row.deletedAt !== null };
  }

  async save(
    transaction: Transaction,
    values: SealedTokens & { userId: string; forgeUserId: number; login: string; email: string },
  ): Promise<void> {
    const { userId, ...rest } = values;
    await transaction
      .insert(forgeAccounts)
      .values(values)
      .onConflictDoUpdate({ target: forgeAccounts.userId, set: { ...rest, updatedAt: sql`now()` } });
    // What others show of him may be new.
    await transaction.execute(sql`SELECT pg_notify('perch_account', ${userId})`);
  }

  async setTokens(transaction: Transaction, userId: string, tokens: SealedTokens | null): Promise<void> {
    await transaction
      .update(forgeAccounts)
      .set({ ...(tokens ?? NONE), updatedAt: sql`now()` })
      .where(eq(forgeAccounts.userId, userId));
  }

  /** Whether a browser is signed in as him, or a program may act in his name. */
  async isPresent(transaction: Transaction, userId: string): Promise<boolean> {
    const sessions = await transaction
      .select({ userId: loginSessions.userId })
      .from(loginSessions)
      .where(and(eq(loginSessions.userId, userId), gt(loginSessions.expiresAt, sql`now()`)))
      .limit(1);
    if (sessions.length > 0) return true;
    const programs = await transaction
      .select({ id: accessTokens.id })
      .from(accessTokens)
      .where(
        and(
          eq(accessTokens.userId, userId),
          isNull(accessTokens.revokedAt),
          gt(accessTokens.expiresAt, sql`now()`),
        ),
      )
      .limit(1);
    return programs.length > 0;
  }

  async setUserEmail(transaction: Transaction, userId: string, email: string): Promise<void> {
    await transaction.update(users).set({ email }).where(eq(users.id, userId));
  }
}
