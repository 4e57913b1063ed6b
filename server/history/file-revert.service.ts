import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { applyEdits } from '../branch-sync/document-edit.js';
import { lineEdits } from '../branch-sync/line-edits.js';
import { DocumentService } from '../document/document.service.js';
import { StoredDocumentService, type StoredText } from '../document/stored-document.service.js';
import { EventService } from '../event/event.service.js';
import { refuseCollision } from '../file/file.service.js';
import { FileStyleService } from '../file/file-style.service.js';
import { FileUndoService } from '../file/file-undo.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileReverted } from '../protocol/history.js';
import { textEdits } from '../protocol/text-edits.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { BytesRevertService } from './bytes-revert.service.js';
import { FileMomentService } from './file-moment.service.js';
import { FileSourceService } from './file-source.service.js';
import { FileTrailService } from './file-trail.service.js';

/** Somebody may type while the edits are worked out: so often they are again, and then while nobody can. */
const ATTEMPTS = 10;

type Wanted = { text: string; seq: number };

/**
 * Has a file be again what it was after an event: as an edit of the words
 * that differ in the live text, so that cursors and what others type beside
 * them stay. A file that was deleted since is there again, with its history.
 */
@Injectable()
export class FileRevertService {
  constructor(
    private readonly sources: FileSourceService,
    private readonly trails: FileTrailService,
    private readonly moments: FileMomentService,
    private readonly bytes: BytesRevertService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly stored: StoredDocumentService,
    private readonly overlays: OverlayService,
    private readonly undos: FileUndoService,
    private readonly styles: FileStyleService,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** @throws {ProtocolError} `conflict` where the file was not there then */
  async revert(account: Account, workspaceId: string, path: string, seq: number): Promise<FileReverted> {
    const access = await this.workspaces.require(account, workspaceId, 'write');
    const source = await this.sources.find(workspaceId, path, seq);
    const moment = await this.moments.read(workspaceId, source);
    if (source.kind === 'absent' || moment.kind === 'absent')
      throw new ProtocolError('conflict', `${path} was not there then. Nothing was changed.`);
    const past = { seq, source, moment };
    const wanted = moment.kind === 'text' ? { text: moment.text, seq } : null;
    const { documentId, names } = await this.trails.of(workspaceId, path);
    const known = documentId === null ? null : await this.stored.read(documentId);
    const live = known !== null && known.record.deletedAt === null ? known.record : null;
    if (wanted && live?.path === path) return this.#edit(account, workspaceId, live.id, wanted);
    const { overlay } = await this.overlays.load(workspaceId, path);
    // Another file may stand there by now; else it is where it was moved to.
    const home = [path, names.at(-1)?.path ?? path].find((each) => overlay.files.has(each));
    if (!wanted) return this.bytes.place(account, workspaceId, home ?? path, past);
    if (home === undefined) return this.#recreate(account, access, path, known, wanted);
    if (live?.path === home) return this.#edit(account, workspaceId, live.id, wanted);
    const document = await this.documents.open(access, home).catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === 'not-text') return null;
      throw error;
    });
    if (!document) return this.bytes.place(account, workspaceId, home, past);
    return this.#edit(account, workspaceId, document.id, wanted);
  }

  async #edit(
    account: Account,
    workspaceId: string,
    documentId: string,
    { text, seq }: Wanted,
  ): Promise<FileReverted> {
    for (let attempt = 1; ; attempt++) {
      const seen = await this.stored.read(documentId);
      const edits = seen && (await lineEdits(seen.text, text));
      const reverted = await this.database.transaction(async (transaction) => {
        const [locked] = await this.stored.lock(transaction, [documentId]);
        if (!seen || !edits || !locked || locked.deletedAt)
          throw new ProtocolError('conflict', 'This file has just been deleted. Nothing was changed.');
        const isStale = locked.nextSeq - 1 !== seen.seq || locked.generation !== seen.record.generation;
        if (isStale && attempt < ATTEMPTS) return null;
        const now = isStale ? await this.stored.read(documentId, transaction) : seen;
        const edit = now && applyEdits(now.document, isStale ? textEdits(now.text, text) : edits);
        const { path, generation } = locked;
        if (!edit) return { outcome: 'same' as const, path, undo: null };
        const actor = personActor(account.id);
        const row = await this.stored.append(transaction, { documentId, generation, actor, ...edit });
        await this.stored.tell(transaction, [documentId]);
        const place = { workspaceId, userId: account.id, path, documentId };
        const undo = await this.undos.saveText(transaction, place, { before: now.text, after: text });
        const told = { path, seq, row: { documentId, seq: row } };
        await this.events.append(transaction, workspaceId, 'file.reverted', actor, told);
        return { outcome: 'reverted' as const, path, undo };
      });
      if (reverted) return reverted;
    }
  }

  /** With the document it had, where it had one: who wrote what stays known. */
  async #recreate(
    account: Account,
    access: WorkspaceAccess,
    path: string,
    known: StoredText | null,
    { text, seq }: Wanted,
  ): Promise<FileReverted> {
    const { workspaceId } = access;
    const actor = personActor(account.id);
    // Not under the lock: it asks the forge, and takes a connection of its own.
    const style = known ? {} : await this.styles.ofNewFile(workspaceId, path);
    return this.overlays.change<FileReverted>(
      workspaceId,
      async (overlay, transaction) => {
        refuseCollision(overlay, [path]);
        const entry = overlay.moves().has(path) ? undefined : overlay.base.get(path);
        const mode = known?.record.mode ?? (entry?.mode === '100755' ? entry.mode : '100644');
        const documentId = known
          ? await this.#bringBack(transaction, account, known, path, text)
          : (
              await this.documents.create(transaction, access, path, text, actor, {
                ...style,
                mode,
              })
            ).id;
        const origin = known && entry ? path : null;
        const blobSha = origin === null ? null : (entry?.sha ?? null);
        overlay.place({ path, origin, blobSha, mode, documentId, objectId: null });
        const told = { path, seq };
        const version = await this.events.append(transaction, workspaceId, 'file.reverted', actor, told);
        return { seq: version, answer: () => Promise.resolve({ outcome: 'recreated', path, undo: null }) };
      },
      [path],
    );
  }

  async #bringBack(
    transaction: Transaction,
    account: Account,
    known: StoredText,
    path: string,
    text: string,
  ): Promise<string> {
    const { id: documentId, generation } = known.record;
    await this.stored.lock(transaction, [documentId]);
    const now = await this.stored.read(documentId, transaction);
    if (!now?.record.deletedAt)
      throw new ProtocolError('conflict', `${path} has just been brought back. Nothing was changed.`);
    // What is committed by now may be another text.
    await this.stored.update(transaction, documentId, { path, deletedAt: null, cleanSeq: 0 });
    const edit = applyEdits(now.document, textEdits(now.text, text));
    if (edit) {
      const actor = personActor(account.id);
      await this.stored.append(transaction, { documentId, generation, actor, ...edit });
      await this.stored.tell(transaction, [documentId]);
    }
    return documentId;
  }
}
