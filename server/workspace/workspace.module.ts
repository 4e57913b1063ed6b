import { Module } from '@nestjs/common';
import { EventModule } from '../event/event.module.js';
import { ForgeAccountModule } from '../forge-account/forge-account.module.js';
import { AccessWatch } from './access-watch.js';
import { AccessService } from './access.service.js';
import { BranchCreationService } from './branch-creation.service.js';
import { BranchListService } from './branch-list.service.js';
import { ForgeRights } from './forge-rights.js';
import { BranchService } from './branch.service.js';
import { RepositoryNameService } from './repository-name.service.js';
import { WorkspaceController } from './workspace.controller.js';
import { WorkspaceEntryService } from './workspace-entry.service.js';
import { WorkspaceRepository } from './workspace.repository.js';
import { WorkspaceService } from './workspace.service.js';

@Module({
  imports: [EventModule, ForgeAccountModule],
  controllers: [WorkspaceController],
  providers: [
    WorkspaceService,
    BranchService,
    BranchListService,
    BranchCreationService,
    AccessService,
    RepositoryNameService,
    ForgeRights,
    AccessWatch,
    WorkspaceEntryService,
    WorkspaceRepository,
  ],
  exports: [
    WorkspaceService,
    AccessService,
    AccessWatch,
    BranchListService,
    BranchCreationService,
    WorkspaceEntryService,
  ],
})
export class WorkspaceModule {}
