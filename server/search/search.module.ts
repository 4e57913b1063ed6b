import { Module } from '@nestjs/common';
import { DocumentModule } from '../document/document.module.js';
import { FileModule } from '../file/file.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { CloneCache } from './clone-cache.js';
import { SearchController } from './search.controller.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [DocumentModule, FileModule, WorkspaceModule],
  controllers: [SearchController],
  providers: [CloneCache, SearchService],
})
export class SearchModule {}
