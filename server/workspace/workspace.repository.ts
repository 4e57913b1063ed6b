import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { repositories, repositoryMembers } from '../../db/schema/repository.js';
import { workspacePresence } from '../../db/schema/presence.js';
import { users } from '../../db/schema/user.js';
import { workspaces, workspaceVisits } from '../../db/schema/workspace.js';
import { batchLoader } from '../platform/batch-loader.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ForgeRepository } from '../platform/github-repositories.js';
import type { RepositoryRef } from '../protocol/repository.js';
import type { Person } from '../protocol/user.js';

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type RepositoryRow = typeof repositories.$inferSelect;
type FoundWorkspace = { workspace: WorkspaceRow; repository: RepositoryRow };

@Injectable()
export class WorkspaceRepository {
  readonly #workspaces = batchLoader((ids: readonly string[]) => this.#read(ids));
  readonly #byId;

  constructor(private readonly connection: DatabaseConnection) {
    this.#byId = connection.database
      .select({ workspace: workspaces, repository: repositories })
      .from(workspaces)
      .innerJoin(repositories, eq(repositories.id, workspaces.repositoryId))
      .where(sql`${workspaces.id} = any(${sql.placeholder('ids')}::uuid[])`)
      .prepare('workspaces_by_id');
  }

  find(workspaceId: string): Promise<FoundWorkspace | undefined> {
    return this.#workspaces.load(workspaceId);
  }

  async #read(ids: readonly string[]): Promise<(FoundWorkspace | undefined)[]> {
    const rows = await this.#byId.execute({ ids: [...new Set(ids)] });
    const byId = new Map(rows.map((row) => [row.workspace.id, row]));
    return ids.map((id) => byId.get(id));
  }

  /** Keeps what the forge says of a repository now: its name may have changed, its id has not (NAM1). */
  async upsertRepository(transaction: Transaction, repository: ForgeRepository): Promise<void> {
    const { id, owner, name, defaultBranch, description, url } = repository;
    const values = {
      owner,
      name,
      defaultBranch,
      private: repository.private,
      description,
      url,
      refreshedAt: new Date(),
    };
    await transaction
      .insert(repositories)
      .values({ id, ...values })
      .onConflictDoUpdate({ target: repositories.id, set: values });
  }

  /** What the repository was called when it was kept last; its row is locked until the transaction ends. */
  async knownName(transaction: Transaction, repositoryId: number): Promise<RepositoryRef | undefined> {
    const [row] = await transaction
      .select({ owner: repositories.owner, repo: repositories.name })
      .from(repositories)
      .where(eq(repositories.id, repositoryId))
      .for('no key update');
    return row;
  }

  /** The rooms of a repository, always in one order: each is locked as it is told something. */
  async roomsOf(transaction: Transaction, repositoryId: number): Promise<string[]> {
    const rows = await transaction
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(eq(workspaces.repositoryId, repositoryId))
      .orderBy(workspaces.id);
    return rows.map(({ id }) => id);
  }

  /** The room of a branch, and whether it was made just now. */
  async findOrInsert(
    transaction: Transaction,
    repositoryId: number,
    branch: string,
    baseCommit: string | null,
  ): Promise<{ workspace: WorkspaceRow; isNew: boolean }> {
    const [made] = await transaction
      .insert(workspaces)
      .values({ repositoryId, branch, baseCommit })
      .onConflictDoNothing()
      .returning();
    if (made) return { workspace: made, isNew: true };
    const [found] = await transaction
      .select()
      .from(workspaces)
      .where(and(eq(workspaces.repositoryId, repositoryId), eq(workspaces.branch, branch)));
    return { workspace: found!, isNew: false };
  }

  async findByBranch(repositoryId: number, branch: string): Promise<WorkspaceRow | undefined> {
    const [row] = await this.connection.database
      .select()
      .from(workspaces)
      .where(and(eq(workspaces.repositoryId, repositoryId), eq(workspaces.branch, branch)));
    return row;
  }

  async visit(workspaceId: string, userId: string): Promise<void> {
    await this.connection.database
      .insert(workspaceVisits)
      .values({ workspaceId, userId })
      .onConflictDoUpdate({
        target: [workspaceVisits.workspaceId, workspaceVisits.userId],
        set: { openedAt: sql`now()` },
      });
  }

  async recent(userId: string, limit: number) {
    return this.connection.database
      .select({ workspace: workspaces, repository: repositories, openedAt: workspaceVisits.openedAt })
      .from(workspaceVisits)
      .innerJoin(workspaces, eq(workspaces.id, workspaceVisits.workspaceId))
      .innerJoin(repositories, eq(repositories.id, workspaces.repositoryId))
      .where(eq(workspaceVisits.userId, userId))
      .orderBy(desc(workspaceVisits.openedAt))
      .limit(limit);
  }

  async present(
    workspaceId: string,
    transaction: Transaction = this.connection.database,
  ): Promise<{ id: string; name: string; color: number }[]> {
    return transaction
      .selectDistinct({ id: users.id, name: users.name, color: users.color })
      .from(workspacePresence)
      .innerJoin(users, eq(users.id, workspacePresence.userId))
      .where(
        and(
          eq(workspacePresence.workspaceId, workspaceId),
          sql`${workspacePresence.heartbeatAt} > now() - interval '30 seconds'`,
        ),
      );
  }

  /** Who is in which of these branches' rooms now. */
  async presentByBranch(repositoryId: number, branches: readonly string[]): Promise<Map<string, Person[]>> {
    const rows = await this.connection.database
      .selectDistinct({ branch: workspaces.branch, id: users.id, name: users.name, color: users.color })
      .from(workspacePresence)
      .innerJoin(workspaces, eq(workspaces.id, workspacePresence.workspaceId))
      .innerJoin(users, eq(users.id, workspacePresence.userId))
      .where(
        and(
          eq(workspaces.repositoryId, repositoryId),
          inArray(workspaces.branch, [...branches]),
          sql`${workspacePresence.heartbeatAt} > now() - interval '30 seconds'`,
        ),
      );
    const found = new Map<string, Person[]>();
    for (const { branch, ...person } of rows) found.set(branch, [...(found.get(branch) ?? []), person]);
    return found;
  }

  /** Tells every process that a repository's branches are others than they were. */
  async tellBranches(repositoryId: number): Promise<void> {
    await this.connection.pool.query(`SELECT pg_notify('perch_branches', $1)`, [String(repositoryId)]);
  }

  /** Whether anything may lie above the base: documents edited since they were clean, or paths made, moved or deleted. */
  async changeCount(workspaceId: string): Promise<number> {
    const { rows } = await this.connection.pool.query<{ count: string }>(
      `SELECT (SELECT count(*) FROM workspace_files WHERE workspace_id = $1)
        + (SELECT count(*) FROM documents d WHERE d.workspace_id = $1 AND d.deleted_at IS NULL
             AND d.next_seq > d.clean_seq + 1
             AND NOT EXISTS (SELECT FROM workspace_files f WHERE f.workspace_id = $1 AND f.path = d.path)) AS count`,
      [workspaceId],
    );
    return Number(rows[0]?.count ?? 0);
  }

  /** Within a transaction that goes on where the name is taken. */
  async rename(transaction: Transaction, workspaceId: string, branch: string): Promise<boolean> {
    const renamed = await transaction
      .update(workspaces)
      .set({ branch })
      .where(
        and(
          eq(workspaces.id, workspaceId),
          sql`NOT EXISTS (SELECT FROM workspaces other
            WHERE other.repository_id = ${workspaces.repositoryId} AND other.branch = ${branch})`,
        ),
      )
      .returning({ id: workspaces.id });
    return renamed.length === 1;
  }

  /** Moves the base by compare-and-swap, under the workspace's row lock. */
  async moveBase(
    transaction: Transaction,
    workspaceId: string,
    from: string | null,
    to: string,
  ): Promise<boolean> {
    const moved = await transaction
      .update(workspaces)
      .set({ baseCommit: to, baseMovedAt: sql`now()` })
      .where(
        and(
          eq(workspaces.id, workspaceId),
          from === null ? isNull(workspaces.baseCommit) : eq(workspaces.baseCommit, from),
        ),
      )
      .returning({ id: workspaces.id });
    return moved.length === 1;
  }

  /** Whether the base became another one within so long. */
  async hasJustMoved(workspaceId: string, withinMs: number): Promise<boolean> {
    const found = await this.connection.database
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(
        and(
          eq(workspaces.id, workspaceId),
          sql`${workspaces.baseMovedAt} > now() - ${withinMs} * interval '1 millisecond'`,
        ),
      );
    return found.length === 1;
  }

  async memberRole(repositoryId: number, userId: string): Promise<'read' | 'write' | undefined> {
    const [row] = await this.connection.database
      .select({ role: repositoryMembers.role })
      .from(repositoryMembers)
      .where(and(eq(repositoryMembers.repositoryId, repositoryId), eq(repositoryMembers.userId, userId)));
    return row?.role;
  }

  async memberRoles(userId: string): Promise<Map<number, 'read' | 'write'>> {
    const rows = await this.connection.database
      .select({ repositoryId: repositoryMembers.repositoryId, role: repositoryMembers.role })
      .from(repositoryMembers)
      .where(eq(repositoryMembers.userId, userId));
    return new Map(rows.map(({ repositoryId, role }) => [repositoryId, role]));
  }

  /** Another value whenever anybody's membership is another. */
  async membersMark(): Promise<string> {
    const { rows } = await this.connection.pool.query<{ mark: string }>(
      `SELECT coalesce(sum(hashtextextended(concat_ws(' ', repository_id, user_id, role), 0)), 0)::text AS mark
       FROM repository_members`,
    );
    return rows[0]?.mark ?? '';
  }
}
