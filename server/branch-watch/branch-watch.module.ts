import { Module } from '@nestjs/common';
import { BranchSyncModule } from '../branch-sync/branch-sync.module.js';
import { ForgeNewsModule } from '../forge-news/forge-news.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BranchWatchRepository } from './branch-watch.repository.js';
import { BranchWatchService } from './branch-watch.service.js';

@Module({
  imports: [BranchSyncModule, ForgeNewsModule, WorkspaceModule],
  providers: [BranchWatchRepository, BranchWatchService],
})
export class BranchWatchModule {}
