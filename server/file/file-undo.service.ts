import { Injectable } from '@nestjs/common';
import { diff3Merge } from 'node-diff3';
import type { Transaction } from '../../db/client.js';
import { DocumentService } from '../document/document.service.js';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { EventService } from '../event/event.service.js';
import { personActor, type StoredActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { DatabaseConnection } from '../platform/database.js';
import { EditBurstService } from './edit-burst.service.js';
import { FileNames } from './file-name.js';
import { FileRepository, type FileUndo } from './file.repository.js';
import { isSameRow, Overlay, type OverlayRow } from './overlay.js';
import { OverlayService } from './overlay.service.js';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Takes a delete, a discard or a replacement back, once, and only while nobody has changed
 * the fate of its paths since. What others have typed into a discarded text
 * meanwhile is merged with what comes back; where both touched the same
 * lines, nothing is changed and the person is told.
 */
@Injectable()
export class FileUndoService {
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

  async undo(account: Account, workspaceId: string, path: string, token: string): Promise<null> {
    await this.workspaces.require(account, workspaceId, 'write');
    const undo = uuid.test(token) ? await this.files.findUndo(workspaceId, token) : undefined;
    if (!undo || undo.path !== path || undo.userId !== account.id) throw spent(path);
    return this.#undo(workspaceId, undo, personActor(account.id));
  }

  /** Of one that somebody else may have caused: what a whole branch's discard took away is everybody's to bring back. */
  async recover(account: Account, workspaceId: string, token: string): Promise<null> {
    await this.workspaces.require(account, workspaceId, 'write');
    return this.#undo(workspaceId, await this.find(workspaceId, token), personActor(account.id));
  }

  /** @throws {ProtocolError} `gone` where it was used, or is forgotten */
  async find(workspaceId: string, token: string): Promise<FileUndo> {
    const undo = await this.files.findUndo(workspaceId, token);
    if (!undo) throw spent('this file');
    return undo;
  }

  /** What takes an edit of a text back, in the edit's own transaction. @returns what to hand back */
  async saveText(
    transaction: Transaction,
    place: { workspaceId: string; userId: string; path: string; documentId: string },
    text: { before: string; after: string },
  ): Promise<string> {
    const { documentId, path, ...owner } = place;
    const documents = [{ id: documentId, path, removed: false }];
    const undo = await this.files.saveUndo(transaction, { ...owner, path, rows: [], documents });
    await this.files.addUndoText(transaction, undo, { documentId, ...text });
    return undo;
  }

  /** Used up, by whoever has done by himself what it would do. */
  async spend(transaction: Transaction, undo: FileUndo): Promise<void> {
    await this.#spend(transaction, undo);
  }

  async #undo(workspaceId: string, undo: FileUndo, actor: StoredActor): Promise<null> {
    const { path } = undo;
    // Before anything is changed: whether the text can come back at all.
    if (undo.textDocumentId !== null) merged(undo, (await this.documents.read(undo.textDocumentId)).text);
    if (undo.rows.length > 0) return this.#restoreTree(workspaceId, undo, actor);
    // The text first, which may be brought back twice without harm; the undo is spent once it is there.
    const { textDocumentId: documentId } = undo;
    const seq = documentId === null ? null : await this.#restoreText(undo, documentId, actor);
    await this.database.transaction(async (transaction) => {
      await this.#spend(transaction, undo);
      await this.#restyle(transaction, undo);
      await this.events.append(transaction, workspaceId, 'file.restored', actor, {
        path,
        ...(documentId !== null && seq !== null && { row: { documentId, seq } }),
      });
    });
    return null;
  }

  #restoreTree(workspaceId: string, undo: FileUndo, actor: StoredActor): Promise<null> {
    return this.overlays.change(workspaceId, async (overlay, transaction) => {
      await this.#spend(transaction, undo);
      const rows = new Map(overlay.rows(0).map((row) => [row.path, row]));
      for (const { path, before, after } of undo.rows) {
        if (!isUnchanged(rows.get(path) ?? null, after))
          throw new ProtocolError(
            'conflict',
            `${path} has been changed or committed since, so this cannot be undone. Nothing was changed.`,
          );
        if (before) rows.set(path, before);
        else rows.delete(path);
      }
      const restored = Overlay.of(workspaceId, overlay.base, [...rows.values()]);
      const differing = new Set(
        [overlay.files, restored.files].flatMap((files) => [...files.own.keys(), ...files.gone]),
      );
      const back = [...differing].filter((path) => restored.files.has(path) && !overlay.files.has(path));
      const names = FileNames.around(
        back,
        [...restored.files.keys()].filter((path) => overlay.files.has(path)),
      );
      for (const path of back) {
        const refusal = names.refusal(path);
        if (refusal)
          throw new ProtocolError('conflict', `${refusal} So this cannot be undone; nothing was changed.`);
      }
      for (const path of differing) {
        const file = restored.files.get(path);
        if (file) overlay.place(file);
        else overlay.remove(path);
      }
      for (const { id, path } of undo.documents.filter((document) => document.made)) {
        if (await this.documents.isEdited(transaction, id))
          throw new ProtocolError(
            'conflict',
            `${path} has been edited since, so this cannot be undone. Nothing was changed.`,
          );
        await this.documents.remove(transaction, id);
      }
      for (const document of undo.documents) {
        if (document.made) continue;
        if (document.removed) await this.documents.restore(transaction, document.id, document.path);
        else await this.documents.move(transaction, document.id, document.path);
      }
      await this.#restyle(transaction, undo);
      const { path, textDocumentId: documentId } = undo;
      const text =
        documentId &&
        (await this.stored.changeText(transaction, documentId, (now) => merged(undo, now), actor));
      const isFolder = !undo.rows.some((row) => row.path === path);
      const seq = await this.events.append(transaction, workspaceId, 'file.restored', actor, {
        path,
        ...(isFolder && { isFolder }),
        ...(documentId && text && text.seq !== null && { row: { documentId, seq: text.seq } }),
      });
      return { seq, answer: () => Promise.resolve(null) };
    });
  }

  /**
   * Somebody may type between our look and our edit: what the edit took away of it is merged in again.
   * @returns the first row it wrote; null where the text was so already
   */
  async #restoreText(undo: FileUndo, documentId: string, actor: StoredActor): Promise<number | null> {
    let expected = (await this.documents.read(documentId)).text;
    let target = merged(undo, expected);
    let first: number | null = null;
    for (;;) {
      const wanted = target;
      const { seq, before } = await this.bursts.hush(documentId, actor, () =>
        this.documents.replaceText(documentId, wanted, actor),
      );
      if (before !== wanted) first ??= seq;
      if (before === expected) return first;
      const typed = mergeLines(target, expected, before, (ours, theirs) => [...ours, ...theirs]);
      expected = target;
      target = typed;
    }
  }

  /** Its line ends and byte order mark. */
  async #restyle(transaction: Transaction, undo: FileUndo): Promise<void> {
    for (const { id, style } of undo.documents)
      if (style) await this.documents.restyle(transaction, id, style);
  }

  async #spend(transaction: Transaction, undo: FileUndo): Promise<void> {
    if (!(await this.files.spendUndo(transaction, undo.id))) throw spent(undo.path);
  }
}

const spent = (path: string) =>
  new ProtocolError('gone', `What was done to ${path} can no longer be undone. Nothing was changed.`);

/** The text as it was before the discard, with what others have typed since. */
function merged(undo: FileUndo, current: string): string {
  const { textBefore, textAfter } = undo;
  if (textBefore === null || textAfter === null) return current;
  if (current === textAfter) return textBefore;
  return mergeLines(textBefore, textAfter, current, () => {
    throw new ProtocolError(
      'conflict',
      `Somebody has since edited the same lines of ${undo.path}, so this cannot be undone. Nothing was changed.`,
    );
  });
}

/** A three-way merge by lines; `both` decides where the two touched the same ones. */
function mergeLines(
  ours: string,
  base: string,
  theirs: string,
  both: (ours: string[], theirs: string[]) => string[],
): string {
  const blocks = diff3Merge(ours.split('\n'), base.split('\n'), theirs.split('\n'));
  return blocks
    .flatMap((block) => block.ok ?? (block.conflict ? both(block.conflict.a, block.conflict.b) : []))
    .join('\n');
}

function isUnchanged(now: OverlayRow | null, after: OverlayRow | null): boolean {
  if (!now || !after) return now === after;
  return now.version === after.version && isSameRow(now, after);
}
