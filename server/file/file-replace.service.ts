import { Injectable } from '@nestjs/common';
import { DocumentService, type DocumentStyle } from '../document/document.service.js';
import { EventService } from '../event/event.service.js';
import { personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileUploaded } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { EditBurstService } from './edit-burst.service.js';
import { FileRepository } from './file.repository.js';

/**
 * Turns a live text into another by a forward edit, so that nobody's editor
 * is torn away and the history keeps what it said.
 */
@Injectable()
export class FileReplaceService {
  constructor(
    private readonly files: FileRepository,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly events: EventService,
    private readonly bursts: EditBurstService,
    private readonly database: DatabaseConnection,
  ) {}

  /** @returns null where no text stands at the path, or none that can become this one */
  async replaceText(
    account: Account,
    workspaceId: string,
    path: string,
    { text, style }: { text: string; style: DocumentStyle },
  ): Promise<FileUploaded | null> {
    const access = await this.workspaces.require(account, workspaceId, 'write');
    const document = await this.documents.open(access, path).catch((error: unknown) => {
      if (error instanceof ProtocolError && (error.code === 'not-text' || error.code === 'not-found'))
        return null;
      throw error;
    });
    if (!document) return null;
    const { id: documentId, lineEnding, byteOrderMark, objectId } = document;
    const before = (await this.documents.read(documentId)).text;
    const isRestyled =
      lineEnding !== style.lineEnding ||
      byteOrderMark !== style.byteOrderMark ||
      // Which line has which end is in the bytes alone.
      style.objectId !== null;
    if (before === text && !isRestyled) return { outcome: 'same', undo: null };
    const actor = personActor(account.id);
    // The way back is stored first: whatever ends us in between, nothing is lost.
    const undo = await this.database.transaction(async (transaction) => {
      const past = { lineEnding, byteOrderMark, objectId };
      const saved = await this.files.saveUndo(transaction, {
        workspaceId,
        userId: account.id,
        path,
        rows: [],
        documents: [{ id: documentId, path, removed: false, ...(isRestyled && { style: past }) }],
      });
      await this.files.addUndoText(transaction, saved, { documentId, before, after: text });
      if (isRestyled) await this.documents.restyle(transaction, documentId, style);
      return saved;
    });
    const replaced = await this.bursts
      .hush(documentId, actor, () => this.documents.replaceText(documentId, text, actor))
      .catch(async (error: unknown) => {
        await this.database.transaction(async (transaction) => {
          await this.files.spendUndo(transaction, undo);
          if (isRestyled) await this.documents.restyle(transaction, documentId, document);
        });
        // What was there counts too: so much is better begun anew.
        if (error instanceof ProtocolError && error.code === 'too-large') return null;
        throw error;
      });
    if (!replaced) return null;
    // Somebody typed between our look and our edit.
    if (replaced.before !== before)
      await this.files.addUndoText(this.database.database, undo, {
        documentId,
        before: replaced.before,
        after: text,
      });
    await this.database.transaction((transaction) =>
      this.events.append(transaction, workspaceId, 'file.replaced', actor, {
        path,
        ...(replaced.before !== text && { row: { documentId, seq: replaced.seq } }),
      }),
    );
    return { outcome: 'replaced', undo };
  }
}
