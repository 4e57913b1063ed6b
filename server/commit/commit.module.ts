import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BranchSyncModule } from '../branch-sync/branch-sync.module.js';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { ObjectModule } from '../object/object.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { FileModule } from '../file/file.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { CommitContentService } from './commit-content.service.js';
import { CommitFinishService } from './commit-finish.service.js';
import { CommitSettleService } from './commit-settle.service.js';
import { CommitTidyService } from './commit-tidy.service.js';
import { CommitController } from './commit.controller.js';
import { FirstCommitService } from './first-commit.service.js';
import { CommitRepository } from './commit.repository.js';
import { CommitService } from './commit.service.js';

@Module({
  imports: [
    AuthModule,
    BranchSyncModule,
    DocumentModule,
    EventModule,
    FileModule,
    ForgeAccountModule,
    ObjectModule,
    PresenceModule,
    WorkspaceModule,
  ],
  controllers: [CommitController],
  providers: [
    CommitContentService,
    CommitFinishService,
    CommitSettleService,
    CommitTidyService,
    FirstCommitService,
    CommitRepository,
    CommitService,
  ],
  exports: [CommitService],
})
export class CommitModule {}
