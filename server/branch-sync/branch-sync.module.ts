import { Module } from '@nestjs/common';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { FileModule } from '../file/file.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { ObjectModule } from '../object/object.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BranchDiscardService } from './branch-discard.service.js';
import { BranchRenameService } from './branch-rename.service.js';
import { BranchStateController } from './branch-state.controller.js';
import { BranchStateRepository } from './branch-state.repository.js';
import { BranchStateService } from './branch-state.service.js';
import { BranchSyncService } from './branch-sync.service.js';
import { ConflictController } from './conflict.controller.js';
import { ConflictRepository } from './conflict.repository.js';
import { ConflictResolveService } from './conflict-resolve.service.js';
import { ConflictService } from './conflict.service.js';
import { DocumentMergeService } from './document-merge.service.js';
import { MergeApplyService } from './merge-apply.service.js';
import { MergePlanService } from './merge-plan.service.js';
import { OldAnswerService } from './old-answer.service.js';
import { TextRecoveryService } from './text-recovery.service.js';

@Module({
  imports: [DocumentModule, EventModule, FileModule, ForgeAccountModule, ObjectModule, WorkspaceModule],
  controllers: [BranchStateController, ConflictController],
  providers: [
    BranchDiscardService,
    BranchRenameService,
    BranchStateRepository,
    BranchStateService,
    BranchSyncService,
    ConflictRepository,
    ConflictResolveService,
    ConflictService,
    DocumentMergeService,
    MergeApplyService,
    MergePlanService,
    OldAnswerService,
    TextRecoveryService,
  ],
  exports: [BranchStateService, BranchSyncService, ConflictService],
})
export class BranchSyncModule {}
