import { Module } from '@nestjs/common';
import { FileModule } from '../file/file.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BranchOffController } from './branch-off.controller.js';
import { BranchOffRepository } from './branch-off.repository.js';
import { BranchOffService } from './branch-off.service.js';

@Module({
  imports: [FileModule, WorkspaceModule],
  controllers: [BranchOffController],
  providers: [BranchOffService, BranchOffRepository],
})
export class BranchOffModule {}
