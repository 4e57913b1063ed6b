import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { EventFeedService } from './event-feed.service.js';

@Controller()
export class EventController {
  constructor(private readonly feed: EventFeedService) {}

  @HttpRoute('GET /api/workspaces/:id/events')
  page(
    input: RouteInput<'GET /api/workspaces/:id/events'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/events'>> {
    return this.feed.page(account, input.params.id, input.query);
  }
}
