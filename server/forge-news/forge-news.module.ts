import { Module } from '@nestjs/common';
import { EventModule } from '../event/event.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { ForgeNewsRepository } from './forge-news.repository.js';
import { ForgeNewsService } from './forge-news.service.js';

@Module({
  imports: [EventModule, ForgeAccountModule, WorkspaceModule],
  providers: [ForgeNewsRepository, ForgeNewsService],
  exports: [ForgeNewsService],
})
export class ForgeNewsModule {}
