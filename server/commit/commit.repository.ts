import { Injectable } from '@nestjs/common';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { commits } from '../../db/schema/commit.js';
import { workspaces } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';

export type CommitRecord = typeof commits.$inferSelect;

/** Commits that were to be made, and what became of them. */
@Injectable()
export class CommitRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async intend(commit: typeof commits.$inferInsert): Promise<CommitRecord> {
    const [row] = await this.connection.database.insert(commits).values(commit).returning();
    if (!row) throw new Error('a commit was not recorded');
    return row;
  }

  /** Whose fate is not known yet, oldest first. */
  intended(workspaceId: string): Promise<CommitRecord[]> {
    return this.connection.database
      .select()
      .from(commits)
      .where(and(eq(commits.workspaceId, workspaceId), eq(commits.state, 'intended')))
      .orderBy(asc(commits.createdAt));
  }

  async workspacesWithIntended(): Promise<string[]> {
    const rows = await this.connection.database
      .selectDistinct({ workspaceId: commits.workspaceId })
      .from(commits)
      .where(eq(commits.state, 'intended'));
    return rows.map((row) => row.workspaceId);
  }

  /** Those of these commits that were made here, in whatever room of the repository. */
  async made(repositoryId: number, shas: readonly string[]): Promise<Pick<CommitRecord, 'sha' | 'files'>[]> {
    if (shas.length === 0) return [];
    return this.connection.database
      .select({ sha: commits.sha, files: commits.files })
      .from(commits)
      .innerJoin(workspaces, eq(workspaces.id, commits.workspaceId))
      .where(
        and(
          eq(workspaces.repositoryId, repositoryId),
          inArray(commits.sha, [...shas]),
          eq(commits.state, 'made'),
        ),
      );
  }

  async settle(
    id: string,
    state: 'made' | 'refused',
    transaction: Transaction = this.connection.database,
  ): Promise<void> {
    await transaction.update(commits).set({ state }).where(eq(commits.id, id));
  }
}
