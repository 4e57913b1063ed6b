import { Injectable } from '@nestjs/common';
import { and, asc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { commits } from '../../db/schema/commit.js';
import { workspaces } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';

export type CommitRecord = typeof commits.$inferSelect;
/** A commit whose fate is not known yet. */
export type IntendedCommit = CommitRecord & {
  /** So new that an answer of the forge may be from before it. */
  isNew: boolean;
};

/** A forge of many machines may answer this long with what was so before. */
const OLD_ANSWER_SECONDS = 60;

/** Commits that were to be made, and what became of them. */
@Injectable()
export class CommitRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async intend(commit: typeof commits.$inferInsert): Promise<CommitRecord> {
    const [row] = await this.connection.database.insert(commits).values(commit).returning();
    if (!row) throw new Error('a commit was not recorded');
    return row;
  }

  /** The oldest first. */
  intended(workspaceId: string): Promise<IntendedCommit[]> {
    const isNew = sql<boolean>`${commits.createdAt} > now() - make_interval(secs => ${OLD_ANSWER_SECONDS})`;
    return this.connection.database
      .select({ ...getTableColumns(commits), isNew })
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

  /** It is made; whatever else was to stand where it stands is not. */
  async settleMade({ id, workspaceId, parentSha }: CommitRecord, transaction: Transaction): Promise<void> {
    await this.settle(id, 'made', transaction);
    await transaction
      .update(commits)
      .set({ state: 'refused' })
      .where(
        and(
          eq(commits.workspaceId, workspaceId),
          eq(commits.state, 'intended'),
          sql`${commits.parentSha} IS NOT DISTINCT FROM ${parentSha}`,
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
