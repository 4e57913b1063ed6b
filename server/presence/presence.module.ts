import { Module } from '@nestjs/common';
import { EventFeedModule } from '../event/event-feed.module.js';
import { EventModule } from '../event/event.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceRepository } from './presence.repository.js';
import { ProgramPresenceService } from './program-presence.service.js';
import { WorkspacePresenceController } from './workspace-presence.controller.js';
import { PresenceService } from './presence.service.js';

@Module({
  imports: [EventModule, EventFeedModule, WorkspaceModule],
  controllers: [WorkspacePresenceController],
  providers: [PresenceRepository, PresenceService, PresenceGateway, ProgramPresenceService],
  exports: [PresenceService],
})
export class PresenceModule {}
