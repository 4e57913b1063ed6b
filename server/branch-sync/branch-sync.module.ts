import { Module } from '@nestjs/common';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { FileModule } from '../file/file.module.js';
import { ObjectModule } from '../object/object.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BranchSyncService } from './branch-sync.service.js';
import { ConflictController } from './conflict.controller.js';
import { ConflictRepository } from './conflict.repository.js';
import { ConflictResolveService } from './conflict-resolve.service.js';
import { ConflictService } from './conflict.service.js';
import { DocumentMergeService } from './document-merge.service.js';
import { MergeApplyService } from './merge-apply.service.js';
import { MergePlanService } from './merge-plan.service.js';

@Module({
  imports: [DocumentModule, EventModule, FileModule, ObjectModule, WorkspaceModule],
  controllers: [ConflictController],
  providers: [
    BranchSyncService,
    ConflictRepository,
    ConflictResolveService,
    ConflictService,
    DocumentMergeService,
    MergeApplyService,
    MergePlanService,
  ],
  exports: [BranchSyncService, ConflictService],
})
export class BranchSyncModule {}
