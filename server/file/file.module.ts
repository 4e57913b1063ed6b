import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { EditBurstService } from './edit-burst.service.js';
import { FileChangeService } from './file-change.service.js';
import { FileContentService } from './file-content.service.js';
import { FileDiscardService } from './file-discard.service.js';
import { FileUndoService } from './file-undo.service.js';
import { FileController } from './file.controller.js';
import { FileRepository } from './file.repository.js';
import { FileService } from './file.service.js';
import { OverlayService } from './overlay.service.js';

@Module({
  imports: [AuthModule, DocumentModule, EventModule, WorkspaceModule],
  controllers: [FileController],
  providers: [
    EditBurstService,
    FileChangeService,
    FileContentService,
    FileDiscardService,
    FileRepository,
    FileService,
    FileUndoService,
    OverlayService,
  ],
  exports: [EditBurstService, FileChangeService, OverlayService],
})
export class FileModule {}
