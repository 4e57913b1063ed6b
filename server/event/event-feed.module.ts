import { Module } from '@nestjs/common';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { EventController } from './event.controller.js';
import { EventStreamService } from './event-stream.service.js';
import { EventFeedService } from './event-feed.service.js';
import { EventModule } from './event.module.js';
import { IntegrationEventService } from './integration-event.service.js';
import { WorkspaceEventController } from './workspace-event.controller.js';

/** The log as clients see it: pages over HTTP, live over sockets, both behind the workspace's access check. */
@Module({
  imports: [EventModule, WorkspaceModule],
  controllers: [EventController, WorkspaceEventController],
  providers: [EventFeedService, EventStreamService, IntegrationEventService],
  exports: [EventFeedService, EventStreamService],
})
export class EventFeedModule {}
