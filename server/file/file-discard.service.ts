import { Injectable } from '@nestjs/common';
import { DatabaseConnection } from '../platform/database.js';
import { DocumentService, type DocumentStyle } from '../document/document.service.js';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { decodeTextFile } from '../document/text-file.js';
import { EventService } from '../event/event.service.js';
import { personActor, type StoredActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import type { TextRow } from '../protocol/event.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { EditBurstService } from './edit-burst.service.js';
import { refuseCollision } from './file.service.js';
import { FileRepository } from './file.repository.js';
import type { Overlay, RowChange } from './overlay.js';
import { OverlayService } from './overlay.service.js';

type Discarded = { undo: string };

/**
 * Brings one changed path back to the base commit. Text goes back by a
 * forward edit of its document, so that nobody's editor is torn away and the
 * history keeps what it said; the undo that is returned brings it back.
 */
@Injectable()
export class FileDiscardService {
  constructor(
    private readonly files: FileRepository,
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly stored: StoredDocumentService,
    private readonly events: EventService,
    private readonly bursts: EditBurstService,
    private readonly database: DatabaseConnection,
  ) {}

  async discard(account: Account, workspaceId: string, path: string): Promise<Discarded> {
    await this.workspaces.require(account, workspaceId, 'write');
    const { overlay } = await this.overlays.load(workspaceId);
    const file = overlay.files.get(path);
    return file?.origin === path
      ? this.#discardText(account, workspaceId, path)
      : this.#discardTree(account, workspaceId, path, file?.origin ?? null);
  }

  /** The path is where the base has it; only its text was changed. */
  async #discardText(account: Account, workspaceId: string, path: string): Promise<Discarded> {
    const actor = personActor(account.id);
    const document = (await this.documents.list(workspaceId)).find((each) => each.path === path);
    if (!document) throw nothingToDiscard(path);
    // The way back is stored first: whatever ends us in between, nothing is lost.
    const undo = await this.files.saveUndo(this.database.database, {
      workspaceId,
      userId: account.id,
      path,
      rows: [],
      documents: [{ id: document.id, path, removed: false, style: styleOf(document) }],
    });
    const text = await this.#textToBase(workspaceId, document.id, path, actor, undo);
    const { lineEnding, byteOrderMark } = text.style;
    const isRestyled = lineEnding !== document.lineEnding || byteOrderMark !== document.byteOrderMark;
    if (text.before === text.after && !isRestyled && document.objectId === null) throw nothingToDiscard(path);
    await this.database.transaction((transaction) =>
      this.events.append(transaction, workspaceId, 'file.discarded', actor, {
        path,
        ...(text.before !== text.after && { row: { documentId: document.id, seq: text.seq } }),
      }),
    );
    return { undo };
  }

  /** The path was made, moved or deleted; a moved text also says again what the base says. */
  async #discardTree(
    account: Account,
    workspaceId: string,
    path: string,
    origin: string | null,
  ): Promise<Discarded> {
    const actor = personActor(account.id);
    const record = (await this.documents.list(workspaceId)).find((each) => each.path === path);
    // Not under the lock: it asks the forge.
    const base = record && origin !== null ? await this.#baseText(workspaceId, origin) : null;
    return this.overlays.change<Discarded>(workspaceId, async (overlay, transaction) => {
      const [document] = await this.files.documentsAt(transaction, workspaceId, [path]);
      const home = putBack(overlay, path);
      const isBack = document !== undefined && home !== null;
      if (document?.id !== record?.id || (isBack && overlay.base.get(home)?.sha !== base?.sha))
        throw new ProtocolError('conflict', `${path} has just been changed. Nothing was changed; try again.`);
      let text: { row: TextRow | null; before: string } | null = null;
      if (isBack && base) {
        await this.documents.move(transaction, document.id, home);
        await this.documents.restyle(transaction, document.id, base.style);
        const edit = await this.stored.changeText(transaction, document.id, () => base.text, actor);
        const { seq, before } = edit;
        text = { row: seq === null ? null : { documentId: document.id, seq }, before };
      } else if (document) await this.documents.remove(transaction, document.id);
      const seq = await this.events.append(transaction, workspaceId, 'file.discarded', actor, {
        path,
        ...(text?.row && { row: text.row }),
      });
      const answer = async (rows: RowChange[]): Promise<Discarded> => {
        const undo = await this.files.saveUndo(transaction, {
          workspaceId,
          userId: account.id,
          path,
          rows,
          documents: document
            ? [{ ...document, removed: home === null, ...(record && { style: styleOf(record) }) }]
            : [],
        });
        if (document && base && text)
          await this.files.addUndoText(transaction, undo, {
            documentId: document.id,
            before: text.before,
            after: base.text,
          });
        return { undo };
      };
      return { seq, answer };
    });
  }

  /** @throws {ProtocolError} `not-text` */
  async #baseText(
    workspaceId: string,
    basePath: string,
  ): Promise<{ text: string; sha: string; style: DocumentStyle }> {
    const base = await this.workspaces.readBase(workspaceId, basePath);
    const decoded = base && decodeTextFile(base.bytes);
    if (decoded?.kind !== 'text')
      throw new ProtocolError(
        'not-text',
        `${basePath} was no text at the last commit. Its text is kept as it is.`,
      );
    const { text, lineEnding, byteOrderMark } = decoded;
    return { text, sha: base!.sha, style: { lineEnding, byteOrderMark, objectId: null } };
  }

  async #textToBase(
    workspaceId: string,
    documentId: string,
    basePath: string,
    actor: StoredActor,
    undo: string,
  ): Promise<{ seq: number; before: string; after: string; style: DocumentStyle }> {
    const { text: after, style } = await this.#baseText(workspaceId, basePath);
    const save = (before: string) =>
      this.files.addUndoText(this.database.database, undo, { documentId, before, after });
    const { text } = await this.documents.read(documentId);
    await save(text);
    await this.documents.restyle(this.database.database, documentId, style);
    const { seq, before } = await this.bursts.hush(documentId, actor, () =>
      this.documents.replaceText(documentId, after, actor),
    );
    // Somebody typed between our look and our edit.
    if (before !== text) await save(before);
    return { seq, before, after, style };
  }
}

const styleOf = ({ lineEnding, byteOrderMark, objectId }: DocumentStyle): DocumentStyle => ({
  lineEnding,
  byteOrderMark,
  objectId,
});

const nothingToDiscard = (path: string) =>
  new ProtocolError('conflict', `${path} is as it was at the last commit: there is nothing to discard.`);

/**
 * Puts one path back as the base has it.
 * @returns where the document of the path goes on living; null where it is put away
 */
function putBack(overlay: Overlay, path: string): string | null {
  const file = overlay.files.get(path);
  const entry = overlay.base.get(path);
  if (!file) {
    if (!entry || overlay.moves().has(path)) throw nothingToDiscard(path);
    refuseCollision(overlay, [path]);
    overlay.restore(entry);
    return null;
  }
  overlay.remove(path);
  if (file.origin === null) {
    if (entry && !overlay.moves().has(path)) overlay.restore(entry);
    return null;
  }
  const origin = overlay.base.get(file.origin);
  if (!origin) throw new ProtocolError('conflict', `${file.origin} is not in the last commit any more.`);
  refuseCollision(overlay, [file.origin]);
  overlay.restore(origin);
  return file.origin;
}
