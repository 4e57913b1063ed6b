import { Module } from '@nestjs/common';
import { BranchSyncModule } from '../branch-sync/branch-sync.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { ForgeNewsModule } from '../forge-news/forge-news.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { WebhookRepository } from './webhook.repository.js';
import { WebhookService } from './webhook.service.js';

@Module({
  imports: [BranchSyncModule, ForgeAccountModule, ForgeNewsModule, WorkspaceModule],
  providers: [WebhookRepository, WebhookService],
})
export class WebhookModule {}
