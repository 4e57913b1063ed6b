import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { DocumentService } from '../document/document.service.js';
import { EventService } from '../event/event.service.js';
import { personActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileNames } from './file-name.js';
import { FileRepository, type PathDocument } from './file.repository.js';
import type { Overlay, OverlayFile, RowChange } from './overlay.js';
import { FileStyleService } from './file-style.service.js';
import { OverlayMoved, OverlayService } from './overlay.service.js';

/**
 * Creates, moves and deletes the files of a workspace's overlay. Each change
 * is one transaction with its event; a text keeps its document, and with it
 * its history and whoever is typing in it, wherever it goes.
 */
@Injectable()
export class FileService {
  constructor(
    private readonly files: FileRepository,
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly events: EventService,
    private readonly styles: FileStyleService,
  ) {}

  /** @throws {ProtocolError} `conflict` where the name cannot stand beside those that are there */
  async create(account: Account, workspaceId: string, path: string, text: string): Promise<null> {
    const access = await this.workspaces.require(account, workspaceId, 'write');
    const actor = personActor(account.id);
    const style = await this.styles.ofNewFile(workspaceId, path);
    return this.overlays.change(
      workspaceId,
      async (overlay, transaction) => {
        refuseCollision(overlay, [path]);
        const document = await this.documents.create(transaction, access, path, text, actor, style);
        overlay.place({
          path,
          origin: null,
          blobSha: null,
          mode: '100644',
          documentId: document.id,
          objectId: null,
        });
        const seq = await this.events.append(transaction, workspaceId, 'file.created', actor, { path });
        return { seq, answer: () => Promise.resolve(null) };
      },
      [path],
    );
  }

  /** Moves a file, or a folder with all that is in it. */
  async move(account: Account, workspaceId: string, from: string, to: string): Promise<null> {
    await this.workspaces.require(account, workspaceId, 'write');
    if (from === to) return null;
    const { overlay: before } = await this.overlays.load(workspaceId, from);
    const moves = before.at(from).map(({ path }) => ({ from: path, to: to + path.slice(from.length) }));
    await this.styles.refuseMoveToLfs(workspaceId, moves);
    const actor = personActor(account.id);
    return this.overlays.change(
      workspaceId,
      async (overlay, transaction) => {
        const moved = existing(overlay, from);
        const isFolder = moved[0]?.path !== from;
        if (isFolder && to.startsWith(`${from}/`))
          throw new ProtocolError('conflict', `${from} cannot be moved into itself. Nothing was changed.`);
        const documents = await this.#documentsOf(transaction, workspaceId, moved);
        for (const file of moved) overlay.remove(file.path);
        const target = (file: OverlayFile) => to + file.path.slice(from.length);
        refuseCollision(overlay, moved.map(target));
        for (const file of moved) {
          const document = documents.get(file.path);
          const path = target(file);
          overlay.place({ ...file, path, documentId: document?.id ?? file.documentId });
        }
        // The shorter first: where a folder moves up, one file may go where another one was.
        for (const document of [...documents.values()].toSorted((a, b) => a.path.length - b.path.length))
          await this.documents.move(transaction, document.id, to + document.path.slice(from.length));
        const seq = await this.events.append(transaction, workspaceId, 'file.moved', actor, {
          from,
          to,
          ...(isFolder && { isFolder }),
        });
        await this.#refuseOpenedMeanwhile(transaction, workspaceId, moved, documents);
        return { seq, answer: () => Promise.resolve(null) };
      },
      [from, `${from}/`, to],
    );
  }

  /** Deletes a file, or a folder with all that is in it. The texts are kept for the undo that is returned. */
  async delete(account: Account, workspaceId: string, path: string): Promise<{ undo: string }> {
    await this.workspaces.require(account, workspaceId, 'write');
    const actor = personActor(account.id);
    return this.overlays.change(
      workspaceId,
      async (overlay, transaction) => {
        const deleted = existing(overlay, path);
        const documents = await this.#documentsOf(transaction, workspaceId, deleted);
        for (const file of deleted) overlay.remove(file.path);
        for (const document of documents.values()) await this.documents.remove(transaction, document.id);
        const seq = await this.events.append(transaction, workspaceId, 'file.deleted', actor, {
          path,
          ...(deleted[0]?.path !== path && { isFolder: true }),
        });
        await this.#refuseOpenedMeanwhile(transaction, workspaceId, deleted, documents);
        const answer = async (rows: RowChange[]) => ({
          undo: await this.files.saveUndo(transaction, {
            workspaceId,
            userId: account.id,
            path,
            rows,
            documents: [...documents.values()].map((document) => ({ ...document, removed: true })),
          }),
        });
        return { seq, answer };
      },
      [path, `${path}/`],
    );
  }

  async #documentsOf(
    transaction: Transaction,
    workspaceId: string,
    files: readonly OverlayFile[],
  ): Promise<Map<string, PathDocument>> {
    const paths = files.map((file) => file.path);
    const documents = await this.files.documentsAt(transaction, workspaceId, paths);
    return new Map(documents.map((document) => [document.path, document]));
  }

  /**
   * Somebody may have opened a file between our look at the documents and the
   * lock that the event took: a document at a path that is gone would be lost
   * from sight, so the change is made again with it.
   */
  async #refuseOpenedMeanwhile(
    transaction: Transaction,
    workspaceId: string,
    gone: readonly OverlayFile[],
    known: ReadonlyMap<string, PathDocument>,
  ): Promise<void> {
    const ids = new Set([...known.values()].map((document) => document.id));
    for (const document of (await this.#documentsOf(transaction, workspaceId, gone)).values())
      if (!ids.has(document.id)) throw new OverlayMoved();
  }
}

function existing(overlay: Overlay, path: string): OverlayFile[] {
  const files = overlay.at(path);
  if (files.length === 0)
    throw new ProtocolError('not-found', `${path} is not in this workspace any more. Nothing was changed.`);
  return files;
}

/** @throws {ProtocolError} `conflict` where one of these new paths collides with what is there, or with another */
export function refuseCollision(overlay: Overlay, paths: readonly string[]): void {
  const names = FileNames.around(paths, overlay.files.keys());
  for (const path of paths) {
    const refusal = names.refusal(path);
    if (refusal) throw new ProtocolError('conflict', `${refusal} Choose another name; nothing was changed.`);
    names.add(path);
  }
}
