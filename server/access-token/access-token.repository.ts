import { Injectable } from '@nestjs/common';
import { and, count, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { accessTokens } from '../../db/schema/access-token.js';
import { users } from '../../db/schema/user.js';
import { DatabaseConnection } from '../platform/database.js';

export type AccessTokenRow = typeof accessTokens.$inferSelect;

const usable = and(isNull(accessTokens.revokedAt), gt(accessTokens.expiresAt, sql`now()`));

@Injectable()
export class AccessTokenRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async insert(values: typeof accessTokens.$inferInsert): Promise<AccessTokenRow> {
    const [row] = await this.connection.database.insert(accessTokens).values(values).returning();
    return row!;
  }

  /** A person's usable tokens, the newest first. */
  list(userId: string): Promise<AccessTokenRow[]> {
    return this.connection.database
      .select()
      .from(accessTokens)
      .where(and(eq(accessTokens.userId, userId), usable))
      .orderBy(desc(accessTokens.createdAt));
  }

  async countUsable(userId: string): Promise<number> {
    const [row] = await this.connection.database
      .select({ usable: count() })
      .from(accessTokens)
      .where(and(eq(accessTokens.userId, userId), usable));
    return row?.usable ?? 0;
  }

  /** Usable or not: whoever shows the secret may hear what became of it. */
  async findByHash(tokenHash: string): Promise<{ token: AccessTokenRow; isOrphan: boolean } | undefined> {
    const [row] = await this.connection.database
      .select({ token: accessTokens, leftAt: users.deletedAt })
      .from(accessTokens)
      .innerJoin(users, eq(users.id, accessTokens.userId))
      .where(eq(accessTokens.tokenHash, tokenHash));
    return row && { token: row.token, isOrphan: row.leftAt !== null };
  }

  /** Notes that a token was used, at most once a minute. */
  async use(id: string): Promise<void> {
    await this.connection.database
      .update(accessTokens)
      .set({ lastUsedAt: sql`now()` })
      .where(
        and(
          eq(accessTokens.id, id),
          or(isNull(accessTokens.lastUsedAt), lt(accessTokens.lastUsedAt, sql`now() - interval '1 minute'`)),
        ),
      );
  }

  /** Ends a person's token and wakes every process, whose streams may stand on it. False where there is none. */
  revoke(userId: string, id: string): Promise<boolean> {
    return this.connection.transaction(async (transaction) => {
      const revoked = await transaction
        .update(accessTokens)
        .set({ revokedAt: sql`coalesce(${accessTokens.revokedAt}, now())` })
        .where(and(eq(accessTokens.id, id), eq(accessTokens.userId, userId)))
        .returning({ id: accessTokens.id });
      await transaction.execute(sql`SELECT pg_notify('perch_access', 'tokens')`);
      return revoked.length === 1;
    });
  }
}
