import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { invitations, repositories, repositoryMembers } from '../../db/schema/repository.js';
import { users } from '../../db/schema/user.js';
import { DatabaseConnection } from '../platform/database.js';

export type InvitationRow = typeof invitations.$inferSelect;

@Injectable()
export class InvitationRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async insert(values: typeof invitations.$inferInsert): Promise<InvitationRow> {
    const [row] = await this.connection.database.insert(invitations).values(values).returning();
    return row!;
  }

  list(repositoryId: number): Promise<InvitationRow[]> {
    return this.connection.database
      .select()
      .from(invitations)
      .where(eq(invitations.repositoryId, repositoryId))
      .orderBy(desc(invitations.createdAt));
  }

  async find(id: string): Promise<InvitationRow | undefined> {
    const [row] = await this.connection.database.select().from(invitations).where(eq(invitations.id, id));
    return row;
  }

  async findByToken(tokenHash: string) {
    const [row] = await this.connection.database
      .select({ invitation: invitations, repository: repositories })
      .from(invitations)
      .innerJoin(repositories, eq(repositories.id, invitations.repositoryId))
      .where(eq(invitations.tokenHash, tokenHash));
    return row;
  }

  async revoke(id: string): Promise<void> {
    await this.connection.database
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(invitations.id, id), isNull(invitations.revokedAt)));
  }

  /** Counts one use, under the row's lock. False where it was revoked or has expired by now. */
  async use(transaction: Transaction, id: string): Promise<boolean> {
    const used = await transaction
      .update(invitations)
      .set({ uses: sql`${invitations.uses} + 1` })
      .where(
        and(eq(invitations.id, id), isNull(invitations.revokedAt), sql`${invitations.expiresAt} > now()`),
      )
      .returning({ id: invitations.id });
    return used.length === 1;
  }

  /** An invitation may raise somebody's role, never lower it. */
  async upsertMember(
    transaction: Transaction,
    member: { repositoryId: number; userId: string; role: 'read' | 'write'; invitationId: string },
  ): Promise<void> {
    await transaction
      .insert(repositoryMembers)
      .values(member)
      .onConflictDoUpdate({
        target: [repositoryMembers.repositoryId, repositoryMembers.userId],
        set: { role: member.role, invitationId: member.invitationId },
        setWhere: eq(repositoryMembers.role, 'read'),
      });
    await this.#tellAccess(transaction);
  }

  members(repositoryId: number) {
    return this.connection.database
      .select({ user: users, role: repositoryMembers.role, joinedAt: repositoryMembers.joinedAt })
      .from(repositoryMembers)
      .innerJoin(users, eq(users.id, repositoryMembers.userId))
      .where(eq(repositoryMembers.repositoryId, repositoryId))
      .orderBy(asc(repositoryMembers.joinedAt));
  }

  async deleteMember(repositoryId: number, userId: string): Promise<void> {
    await this.connection.transaction(async (transaction) => {
      await transaction
        .delete(repositoryMembers)
        .where(and(eq(repositoryMembers.repositoryId, repositoryId), eq(repositoryMembers.userId, userId)));
      await this.#tellAccess(transaction);
    });
  }

  /** Every process looks again at who may be where. */
  async #tellAccess(transaction: Transaction): Promise<void> {
    await transaction.execute(sql`SELECT pg_notify('perch_access', 'members')`);
  }
}
