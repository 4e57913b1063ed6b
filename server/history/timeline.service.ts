import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { EventService } from '../event/event.service.js';
import { personActor } from '../platform/actor.js';
import { timelineTypes, type timelinePage, type timelineQuery } from '../protocol/history.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { EditSessionsService } from './edit-sessions.service.js';
import { FileTrailService } from './file-trail.service.js';
import { askedNames } from './history-names.js';
import type { FileName } from './history.repository.js';
import { TimelineRepository } from './timeline.repository.js';

/** What happened on a branch, with what was typed: all of it, or of some kinds, one person, one file. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly timeline: TimelineRepository,
    private readonly trails: FileTrailService,
    private readonly sessions: EditSessionsService,
    private readonly events: EventService,
    private readonly workspaces: WorkspaceService,
  ) {}

  async page(
    account: Account,
    workspaceId: string,
    query: z.output<typeof timelineQuery>,
  ): Promise<z.infer<typeof timelinePage>> {
    await this.workspaces.require(account, workspaceId, 'read');
    const { kinds, person, path, ...range } = query;
    const filter = {
      types: kinds ? { names: timelineTypes(kinds), programs: kinds.includes('programs') } : null,
      actor: person === undefined ? null : personActor(person),
      names: path === undefined ? null : await this.#names(workspaceId, path),
    };
    const seqs = await this.timeline.find(workspaceId, filter, range);
    const events = await this.events.numbered(workspaceId, seqs);
    return { events, edits: await this.sessions.of(workspaceId, events) };
  }

  async #names(workspaceId: string, path: string): Promise<FileName[]> {
    return askedNames(path, (await this.trails.of(workspaceId, path)).names);
  }
}
