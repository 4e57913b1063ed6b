import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import { documentClients } from '../../db/schema/document.js';
import type { StoredActor } from '../platform/actor.js';
import { batchLoader } from '../platform/batch-loader.js';
import { DatabaseConnection } from '../platform/database.js';

type Claim = { documentId: string; clientId: number; actor: StoredActor };

/** Whose each Yjs client id of a document is: for good, whoever claimed it first (DOC9). */
@Injectable()
export class DocumentClientRepository {
  readonly #registrations = batchLoader((claims: readonly Claim[]) => this.#claim(claims));

  constructor(private readonly connection: DatabaseConnection) {}

  /** Gives Yjs client ids to an actor. False where somebody else has one of them. */
  async register(documentId: string, clientIds: readonly number[], actor: StoredActor): Promise<boolean> {
    const owners = await Promise.all(
      clientIds.map((clientId) => this.#registrations.load({ documentId, clientId, actor })),
    );
    return owners.every((owner) => owner === actor);
  }

  /** Whose each client id is then: of many who claim one, whoever was first. */
  async #claim(claims: readonly Claim[]): Promise<string[]> {
    const first = new Map<string, Claim>();
    for (const claim of claims) {
      const key = `${claim.documentId} ${claim.clientId}`;
      if (!first.has(key)) first.set(key, claim);
    }
    const rows = await this.connection.database
      .insert(documentClients)
      // In one order, so that two who claim the same ids cannot deadlock.
      .values([...first.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, claim]) => claim))
      .onConflictDoUpdate({
        target: [documentClients.documentId, documentClients.clientId],
        set: { actor: sql`${documentClients.actor}` },
      })
      .returning();
    const owners = new Map(rows.map((row) => [`${row.documentId} ${row.clientId}`, row.actor]));
    return claims.map((claim) => owners.get(`${claim.documentId} ${claim.clientId}`)!);
  }

  async of(documentId: string): Promise<Map<number, string>> {
    const rows = await this.connection.database
      .select()
      .from(documentClients)
      .where(eq(documentClients.documentId, documentId));
    return new Map(rows.map((row) => [row.clientId, row.actor]));
  }
}
