import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { personActor } from '../platform/actor.js';
import type { Caller } from '../platform/caller.js';
import { DatabaseConnection } from '../platform/database.js';
import type { integrationEvent, WorkspaceEvent } from '../protocol/event.js';
import { EventService } from './event.service.js';

/** What programs add to the log: `integration.*` and nothing else (EVT4), under their person's name and their own. */
@Injectable()
export class IntegrationEventService {
  constructor(
    private readonly events: EventService,
    private readonly connection: DatabaseConnection,
  ) {}

  async add(
    { account, grant }: Caller,
    workspaceId: string,
    { type, payload }: z.output<typeof integrationEvent>,
  ): Promise<WorkspaceEvent> {
    const seq = await this.connection.transaction((transaction) =>
      this.events.appendIntegration(transaction, workspaceId, type, personActor(account.id), {
        ...payload,
        program: grant?.name ?? null,
      }),
    );
    const [event] = await this.events.after(workspaceId, seq - 1, 1);
    return event!;
  }
}
