import { Module } from '@nestjs/common';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { DocumentGateway } from './document.gateway.js';
import { DocumentRepository } from './document.repository.js';
import { DocumentService } from './document.service.js';

@Module({
  imports: [WorkspaceModule],
  providers: [DocumentGateway, DocumentService, DocumentRepository],
  exports: [DocumentService],
})
export class DocumentModule {}
