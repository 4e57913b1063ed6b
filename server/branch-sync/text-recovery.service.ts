import { Injectable } from '@nestjs/common';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { EventService } from '../event/event.service.js';
import { FileService } from '../file/file.service.js';
import { FileUndoService } from '../file/file-undo.service.js';
import { personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import type { TextRow } from '../protocol/event.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { ConflictRepository } from './conflict.repository.js';
import { anchorsAround, applyEdits } from './document-edit.js';
import { lineEdits } from './line-edits.js';
import { mergeTexts } from './text-merge.js';

/** Somebody may type while a text is merged: it is merged again, so often. */
const ATTEMPTS = 10;

/**
 * Brings a discarded text back where the branch has since changed the same
 * lines, or taken the file away: as a conflict that people decide, or as a
 * file of its own, where a plain undo would refuse.
 */
@Injectable()
export class TextRecoveryService {
  constructor(
    private readonly undos: FileUndoService,
    private readonly files: FileService,
    private readonly stored: StoredDocumentService,
    private readonly conflicts: ConflictRepository,
    private readonly workspaces: WorkspaceService,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** @returns false where a plain undo does it */
  async recover(account: Account, workspaceId: string, undoId: string): Promise<boolean> {
    const undo = await this.undos.find(workspaceId, undoId);
    const { textDocumentId: documentId, textBefore: ours, textAfter: base, path } = undo;
    if (undo.rows.length > 0 || documentId === null || ours === null || base === null) return false;
    for (let attempt = 1; ; attempt++) {
      const stored = await this.stored.read(documentId);
      if (!stored || stored.record.deletedAt) {
        await this.files.create(account, workspaceId, path, ours);
        await this.database.transaction((transaction) => this.undos.spend(transaction, undo));
        return true;
      }
      const { text, conflicts } = await mergeTexts(base, ours, stored.text);
      if (conflicts.length === 0) return false;
      const edit = applyEdits(stored.document, await lineEdits(stored.text, text));
      const anchors = conflicts.map(({ at, current }) =>
        anchorsAround(stored.document, { start: at, end: at + current.length }),
      );
      const { baseCommit } = await this.workspaces.find(workspaceId);
      const isDone = await this.database.transaction(async (transaction) => {
        const [locked] = await this.stored.lock(transaction, [documentId]);
        if (!locked || locked.deletedAt || locked.nextSeq - 1 !== stored.seq) return false;
        await this.undos.spend(transaction, undo);
        const actor = personActor(account.id);
        const { generation } = locked;
        let row: TextRow | undefined;
        if (edit) {
          const seq = await this.stored.append(transaction, { documentId, generation, actor, ...edit });
          row = { documentId, seq };
          await this.stored.tell(transaction, [documentId]);
        }
        await this.events.append(transaction, workspaceId, 'file.restored', actor, {
          path: locked.path,
          ...(row && { row }),
        });
        for (const [index, { current, incoming, base: was }] of conflicts.entries()) {
          const { start, end } = anchors[index]!;
          const conflictId = await this.conflicts.insert(transaction, workspaceId, {
            kind: 'text',
            path: locked.path,
            documentId,
            generation,
            startPosition: start,
            endPosition: end,
            currentText: current,
            incomingText: incoming,
            baseText: was,
            incomingPath: locked.path,
            commitSha: baseCommit ?? '',
            pusher: null,
          });
          await this.events.append(transaction, workspaceId, 'conflict.found', actor, {
            path: locked.path,
            conflictId,
          });
        }
        return true;
      });
      if (isDone) return true;
      if (attempt === ATTEMPTS) return false;
    }
  }
}
