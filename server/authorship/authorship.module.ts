import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CommitModule } from '../commit/commit.module.js';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { FileModule } from '../file/file.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { AuthorshipController } from './authorship.controller.js';
import { AuthorshipService } from './authorship.service.js';
import { CommittedLinesService } from './committed-lines.service.js';

@Module({
  imports: [AuthModule, CommitModule, DocumentModule, EventModule, FileModule, WorkspaceModule],
  controllers: [AuthorshipController],
  providers: [AuthorshipService, CommittedLinesService],
})
export class AuthorshipModule {}
