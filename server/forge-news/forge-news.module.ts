import { Module } from '@nestjs/common';
import { EventModule } from '../event/event.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { ForgeNewsRepository } from './forge-news.repository.js';
import { ForgeNewsService } from './forge-news.service.js';
import { MissedNewsService } from './missed-news.service.js';

@Module({
  imports: [EventModule, ForgeAccountModule, WorkspaceModule],
  providers: [ForgeNewsRepository, ForgeNewsService, MissedNewsService],
  exports: [ForgeNewsService, MissedNewsService],
})
export class ForgeNewsModule {}
