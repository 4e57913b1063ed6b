import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { EventService } from '../event/event.service.js';
import type { Caller } from '../platform/caller.js';
import { DatabaseConnection } from '../platform/database.js';
import type { PresenceEntry, programPresence } from '../protocol/presence.js';
import { PresenceRepository } from './presence.repository.js';

/**
 * Presence without a connection: an editor elsewhere says where its person is,
 * and says so again within 30 s, or counts as gone. One row a token and
 * workspace; every process reads it as another's.
 */
@Injectable()
export class ProgramPresenceService {
  constructor(
    private readonly rows: PresenceRepository,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  async list(workspaceId: string): Promise<PresenceEntry[]> {
    return (await this.rows.list(workspaceId)).map(({ presence: { connectionId, person, path, idle } }) => ({
      connectionId,
      person,
      path,
      idle,
    }));
  }

  async put(
    { account, grant }: Caller,
    workspaceId: string,
    { path, idle }: z.output<typeof programPresence>,
  ): Promise<PresenceEntry> {
    const { id, name, color } = account;
    const connectionId = `${grant ? `token:${grant.tokenId}` : `person:${id}`}:${workspaceId}`;
    await this.database.transaction(async (transaction) => {
      const came = await this.rows.touch(transaction, { connectionId, workspaceId, userId: id, path, idle });
      if (came)
        await this.events.tellPresence(transaction, workspaceId, id, (inside) =>
          this.rows.isPresent(inside, workspaceId, id),
        );
    });
    return { connectionId, person: { id, name, color }, path, idle };
  }
}
