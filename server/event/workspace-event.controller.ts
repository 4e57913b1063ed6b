import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../platform/caller.js';
import { CalledBy, HttpRoute, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import { WorkspaceEntryService } from '../workspace/workspace-entry.service.js';
import { EventFeedService } from './event-feed.service.js';
import { EventStreamService } from './event-stream.service.js';
import { IntegrationEventService } from './integration-event.service.js';

/** A branch's events for programs. */
@Controller()
export class WorkspaceEventController {
  constructor(
    private readonly entry: WorkspaceEntryService,
    private readonly feed: EventFeedService,
    private readonly streams: EventStreamService,
    private readonly integrations: IntegrationEventService,
  ) {}

  @HttpRoute('GET /api/workspace/events')
  async page(
    { query }: RouteInput<'GET /api/workspace/events'>,
    @CalledBy() caller: Caller,
  ): Promise<RouteReply<'GET /api/workspace/events'>> {
    const { workspaceId } = await this.entry.enter(caller, query, 'read');
    return this.feed.page(caller.account, workspaceId, query);
  }

  @HttpRoute('POST /api/workspace/events')
  async add(
    { query, body }: RouteInput<'POST /api/workspace/events'>,
    @CalledBy() caller: Caller,
  ): Promise<RouteReply<'POST /api/workspace/events'>> {
    const { workspaceId } = await this.entry.enter(caller, query, 'write');
    return this.integrations.add(caller, workspaceId, body);
  }

  @HttpRoute('GET /api/workspace/events/stream')
  async stream(
    { headers, query }: RouteInput<'GET /api/workspace/events/stream'>,
    @CalledBy() caller: Caller,
    @Res() response: Response,
  ): Promise<RouteReply<'GET /api/workspace/events/stream'>> {
    const { workspaceId } = await this.entry.enter(caller, query, 'read');
    await this.streams.open(caller, workspaceId, headers['last-event-id'] ?? query.after, response);
    return '';
  }
}
