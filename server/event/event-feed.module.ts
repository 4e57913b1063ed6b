import { Module } from '@nestjs/common';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { EventController } from './event.controller.js';
import { EventFeedService } from './event-feed.service.js';
import { EventModule } from './event.module.js';

/** The log as clients see it: pages over HTTP, live over sockets, both behind the workspace's access check. */
@Module({
  imports: [EventModule, WorkspaceModule],
  controllers: [EventController],
  providers: [EventFeedService],
  exports: [EventFeedService],
})
export class EventFeedModule {}
