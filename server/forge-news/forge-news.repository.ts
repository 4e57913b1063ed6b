import { Injectable } from '@nestjs/common';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/client.js';
import { forgeNews } from '../../db/schema/forge-news.js';
import { workspaces } from '../../db/schema/workspace.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ForgeNews } from './forge-news.js';

/** What was said longer ago is not said again, nor overtaken by what was said before it. */
const FORGOTTEN = sql`now() - interval '90 days'`;

/** A state that is said once more so soon is the same. */
const SAME_MS = 10_000;

@Injectable()
export class ForgeNewsRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /**
   * Keeps a state where it is newer than what is known, and locks it until the transaction ends.
   * A check of another commit is another one: whether that is the head is for the caller to know.
   */
  async keep(
    transaction: Transaction,
    workspaceId: string,
    { subject, sha, state, rank, saidAt }: ForgeNews,
  ): Promise<boolean> {
    await transaction.execute(
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`forge news ${workspaceId} ${subject}`}, 0))`,
    );
    const [known] = await transaction
      .select()
      .from(forgeNews)
      .where(and(eq(forgeNews.workspaceId, workspaceId), eq(forgeNews.subject, subject)));
    if (known && known.sha === sha) {
      const later = saidAt.getTime() - known.saidAt.getTime();
      if (later < 0 || (later === 0 && rank <= known.rank)) return false;
      // One thing has two times: when it was done, and when what it was done to had changed.
      if (known.state === state && later < SAME_MS) return false;
    }
    const row = { sha, state, rank, saidAt, storedAt: sql`now()` };
    await transaction
      .insert(forgeNews)
      .values({ workspaceId, subject, ...row })
      .onConflictDoUpdate({ target: [forgeNews.workspaceId, forgeNews.subject], set: row });
    return true;
  }

  /** Whether the room had been opened by then. */
  async wasThere(workspaceId: string, moment: Date): Promise<boolean> {
    const [found] = await this.connection.database
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(and(eq(workspaces.id, workspaceId), lt(workspaces.createdAt, moment)));
    return found !== undefined;
  }

  async forgetOld(): Promise<void> {
    await this.connection.database.delete(forgeNews).where(lt(forgeNews.storedAt, FORGOTTEN));
  }
}
