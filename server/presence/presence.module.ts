import { Module } from '@nestjs/common';
import { EventFeedModule } from '../event/event-feed.module.js';
import { EventModule } from '../event/event.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';

@Module({
  imports: [EventModule, EventFeedModule, WorkspaceModule],
  providers: [PresenceRepository, PresenceService, PresenceGateway],
  exports: [PresenceService],
})
export class PresenceModule {}
