import { Module } from '@nestjs/common';
import { DocumentModule } from '../document/document.module.js';
import { EventFeedModule } from '../event/event-feed.module.js';
import { HealthModule } from '../health/health.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { MetricServer } from './metric-server.js';
import { MetricService } from './metric.service.js';

@Module({
  imports: [HealthModule, DocumentModule, EventFeedModule, PresenceModule],
  providers: [MetricService, MetricServer],
})
export class MetricModule {}
