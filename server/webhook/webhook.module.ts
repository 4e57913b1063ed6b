import { Module } from '@nestjs/common';
import { BranchSyncModule } from '../branch-sync/branch-sync.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { WebhookRepository } from './webhook.repository.js';
import { WebhookService } from './webhook.service.js';

@Module({
  imports: [BranchSyncModule, ForgeAccountModule, WorkspaceModule],
  providers: [WebhookRepository, WebhookService],
})
export class WebhookModule {}
