import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { ObjectModule } from '../object/object.module.js';
import { DocumentBytesService } from './document-bytes.service.js';
import { BaseListingService } from './base-listing.service.js';
import { EditBurstService } from './edit-burst.service.js';
import { FileChangeService } from './file-change.service.js';
import { FileContentService } from './file-content.service.js';
import { FileDiscardService } from './file-discard.service.js';
import { FilePlacementService } from './file-placement.service.js';
import { FileReplaceService } from './file-replace.service.js';
import { FileUploadService } from './file-upload.service.js';
import { FileStyleService } from './file-style.service.js';
import { FileUndoService } from './file-undo.service.js';
import { FileController } from './file.controller.js';
import { FileRepository } from './file.repository.js';
import { FileService } from './file.service.js';
import { OverlayService } from './overlay.service.js';

@Module({
  imports: [AuthModule, DocumentModule, EventModule, ObjectModule, WorkspaceModule],
  controllers: [FileController],
  providers: [
    DocumentBytesService,
    BaseListingService,
    EditBurstService,
    FileChangeService,
    FileContentService,
    FileDiscardService,
    FilePlacementService,
    FileReplaceService,
    FileRepository,
    FileService,
    FileStyleService,
    FileUndoService,
    FileUploadService,
    OverlayService,
  ],
  exports: [
    DocumentBytesService,
    EditBurstService,
    FileChangeService,
    FileDiscardService,
    FilePlacementService,
    FileService,
    FileStyleService,
    FileUndoService,
    OverlayService,
  ],
})
export class FileModule {}
