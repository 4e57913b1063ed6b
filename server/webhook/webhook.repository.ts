import { Injectable } from '@nestjs/common';
import { and, eq, lt, or, sql } from 'drizzle-orm';
import { repositories } from '../../db/schema/repository.js';
import { webhookDeliveries } from '../../db/schema/webhook-delivery.js';
import { DatabaseConnection } from '../platform/database.js';

/** Whose process ended in the middle of it may be sent again after this long. */
const STUCK = sql`now() - interval '2 minutes'`;
/** GitHub sends again what is three days old at most. */
const FORGOTTEN = sql`now() - interval '7 days'`;

@Injectable()
export class WebhookRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  /** Whether this delivery is to be handled now: it is new, or its last handling came to nothing. */
  async take(guid: string, event: string): Promise<boolean> {
    const taken = await this.connection.database
      .insert(webhookDeliveries)
      .values({ guid, event })
      .onConflictDoUpdate({
        target: webhookDeliveries.guid,
        set: { state: 'taken', receivedAt: sql`now()` },
        setWhere: or(
          eq(webhookDeliveries.state, 'failed'),
          and(eq(webhookDeliveries.state, 'taken'), lt(webhookDeliveries.receivedAt, STUCK)),
        ),
      })
      .returning({ guid: webhookDeliveries.guid });
    return taken.length === 1;
  }

  async settle(guid: string, state: 'done' | 'failed'): Promise<void> {
    await this.connection.database
      .update(webhookDeliveries)
      .set({ state })
      .where(eq(webhookDeliveries.guid, guid));
  }

  async forgetOld(): Promise<void> {
    await this.connection.database
      .delete(webhookDeliveries)
      .where(lt(webhookDeliveries.receivedAt, FORGOTTEN));
  }

  async isKnownRepository(id: number): Promise<boolean> {
    const found = await this.connection.database
      .select({ id: repositories.id })
      .from(repositories)
      .where(eq(repositories.id, id));
    return found.length === 1;
  }

  /** To every process: what is believed of rights in a repository, or in all of them, is to be asked again. */
  async callRightsIntoQuestion(repositoryId: number | null): Promise<void> {
    await this.connection.pool.query(`SELECT pg_notify('perch_access', $1)`, [
      `forge:${repositoryId ?? '*'}`,
    ]);
  }
}
