import { Module } from '@nestjs/common';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BranchTextService } from './branch-text.service.js';
import { DocumentClientRepository } from './document-client.repository.js';
import { DocumentHistoryService } from './document-history.service.js';
import { DocumentOpener } from './document-opener.js';
import { DocumentRooms } from './document-rooms.js';
import { DocumentUpdateRepository } from './document-update.repository.js';
import { DocumentGateway } from './document.gateway.js';
import { DocumentRepository } from './document.repository.js';
import { DocumentService } from './document.service.js';
import { GitAttributesService } from './git-attributes.service.js';
import { StoredDocumentService } from './stored-document.service.js';

@Module({
  imports: [WorkspaceModule],
  providers: [
    BranchTextService,
    DocumentClientRepository,
    DocumentGateway,
    DocumentHistoryService,
    DocumentOpener,
    DocumentService,
    DocumentRepository,
    DocumentRooms,
    DocumentUpdateRepository,
    GitAttributesService,
    StoredDocumentService,
  ],
  exports: [
    BranchTextService,
    DocumentHistoryService,
    DocumentService,
    GitAttributesService,
    StoredDocumentService,
  ],
})
export class DocumentModule {}
