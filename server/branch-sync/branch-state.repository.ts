import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { users } from '../../db/schema/user.js';
import { branchDiscards, workspaces } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';
import type { BranchState } from '../protocol/branch-state.js';

export type StoredState = Pick<BranchState, 'state' | 'head' | 'renamedTo'>;
export type Discard = typeof branchDiscards.$inferSelect;

/** An undo is forgotten then, and with it what it would bring back. */
const RECOVERABLE = sql`now() - interval '7 days'`;

/** How branches stand to their rooms, and what was discarded with them, in PostgreSQL. */
@Injectable()
export class BranchStateRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async state(
    workspaceId: string,
    transaction: Transaction = this.connection.database,
  ): Promise<StoredState | undefined> {
    const [row] = await transaction
      .select({
        state: workspaces.branchState,
        head: workspaces.branchHead,
        renamedTo: workspaces.branchRenamedTo,
      })
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId));
    return row;
  }

  async setState(transaction: Transaction, workspaceId: string, stored: StoredState): Promise<void> {
    const { state: branchState, head: branchHead, renamedTo: branchRenamedTo } = stored;
    await transaction
      .update(workspaces)
      .set({ branchState, branchHead, branchRenamedTo })
      .where(eq(workspaces.id, workspaceId));
  }

  async beginDiscard(workspaceId: string, userId: string): Promise<string> {
    const [row] = await this.connection.database
      .insert(branchDiscards)
      .values({ workspaceId, userId })
      .returning({ id: branchDiscards.id });
    if (!row) throw new Error('a discard was not stored');
    return row.id;
  }

  async addUndo(discardId: string, undoId: string): Promise<void> {
    await this.connection.database
      .update(branchDiscards)
      .set({
        undoIds: sql`array_append(${branchDiscards.undoIds}, ${undoId}::uuid)`,
        files: sql`${branchDiscards.files} + 1`,
      })
      .where(eq(branchDiscards.id, discardId));
  }

  /** The last one that still can be brought back, and who did it. */
  async lastDiscard(workspaceId: string) {
    const [row] = await this.connection.database
      .select({
        discard: branchDiscards,
        by: { id: users.id, name: users.name, color: users.color },
      })
      .from(branchDiscards)
      .innerJoin(users, eq(users.id, branchDiscards.userId))
      .where(and(recoverable(workspaceId), gt(branchDiscards.files, 0)))
      .orderBy(desc(branchDiscards.createdAt))
      .limit(1);
    return row;
  }

  async findDiscard(workspaceId: string, discardId: string): Promise<Discard | undefined> {
    const [row] = await this.connection.database
      .select()
      .from(branchDiscards)
      .where(and(recoverable(workspaceId), eq(branchDiscards.id, discardId)));
    return row;
  }

  /** @param undoIds those that could not be brought back, and may be tried again */
  async endDiscard(transaction: Transaction, discardId: string, undoIds: readonly string[]): Promise<void> {
    await transaction
      .update(branchDiscards)
      .set({
        undoIds: [...undoIds],
        files: undoIds.length,
        ...(undoIds.length === 0 && { restoredAt: new Date() }),
      })
      .where(eq(branchDiscards.id, discardId));
  }
}

const recoverable = (workspaceId: string) =>
  and(
    eq(branchDiscards.workspaceId, workspaceId),
    isNull(branchDiscards.restoredAt),
    gt(branchDiscards.createdAt, RECOVERABLE),
  );
