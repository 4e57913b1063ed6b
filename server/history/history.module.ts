import { Module } from '@nestjs/common';
import { DocumentModule } from '../document/document.module.js';
import { EventModule } from '../event/event.module.js';
import { FileModule } from '../file/file.module.js';
import { ObjectModule } from '../object/object.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { BytesRevertService } from './bytes-revert.service.js';
import { EditSessionsService } from './edit-sessions.service.js';
import { FileMomentService } from './file-moment.service.js';
import { FileRevertService } from './file-revert.service.js';
import { FileSourceService } from './file-source.service.js';
import { FileTrailService } from './file-trail.service.js';
import { HistoryController } from './history.controller.js';
import { HistoryRepository } from './history.repository.js';
import { RenameService } from './rename.service.js';
import { TimelineRepository } from './timeline.repository.js';
import { TimelineService } from './timeline.service.js';
import { TrailRepository } from './trail.repository.js';

/** What happened on a branch, and its files as they were. */
@Module({
  imports: [DocumentModule, EventModule, FileModule, ObjectModule, WorkspaceModule],
  controllers: [HistoryController],
  providers: [
    BytesRevertService,
    EditSessionsService,
    FileMomentService,
    FileRevertService,
    FileSourceService,
    FileTrailService,
    HistoryRepository,
    RenameService,
    TimelineRepository,
    TimelineService,
    TrailRepository,
  ],
})
export class HistoryModule {}
