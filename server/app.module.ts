import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { AccessTokenModule } from './access-token/access-token.module.js';
import { BearerMiddleware } from './access-token/bearer.middleware.js';
import { AuthModule } from './auth/auth.module.js';
import { OriginCheck } from './auth/origin.js';
import { RequestLimit } from './auth/request-limit.js';
import { SessionMiddleware } from './auth/session.middleware.js';
import { AuthorshipModule } from './authorship/authorship.module.js';
import { BranchOffModule } from './branch-off/branch-off.module.js';
import { BranchSyncModule } from './branch-sync/branch-sync.module.js';
import { CommitModule } from './commit/commit.module.js';
import { BranchWatchModule } from './branch-watch/branch-watch.module.js';
import type { Config } from './config.js';
import { DocumentModule } from './document/document.module.js';
import { EventFeedModule } from './event/event-feed.module.js';
import { FileModule } from './file/file.module.js';
import { ForgeAccountModule } from './forge-account/forge-account.module.js';
import { HistoryModule } from './history/history.module.js';
import { ForgeBudgetModule } from './forge-budget/forge-budget.module.js';
import { HealthModule } from './health/health.module.js';
import { InvitationModule } from './invitation/invitation.module.js';
import { MetricModule } from './metric/metric.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { PlatformModule, type Surroundings } from './platform/platform.module.js';
import { PresenceModule } from './presence/presence.module.js';
import { SearchModule } from './search/search.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { WebhookModule } from './webhook/webhook.module.js';
import { WorkspaceModule } from './workspace/workspace.module.js';

@Module({})
export class AppModule implements NestModule {
  static for(config: Config, surroundings: Surroundings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.for(config, surroundings),
        AuthModule,
        ForgeAccountModule,
        ForgeBudgetModule,
        WorkspaceModule,
        InvitationModule,
        AccessTokenModule,
        EventFeedModule,
        DocumentModule,
        PresenceModule,
        FileModule,
        BranchOffModule,
        BranchSyncModule,
        CommitModule,
        BranchWatchModule,
        WebhookModule,
        AuthorshipModule,
        HistoryModule,
        SearchModule,
        SettingsModule,
        OpenApiModule,
        HealthModule,
        MetricModule,
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(OriginCheck, SessionMiddleware, BearerMiddleware, RequestLimit).forRoutes('api/*path');
  }
}
