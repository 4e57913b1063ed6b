import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { DocumentService, type DocumentStyle } from '../document/document.service.js';
import { personActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileUploaded } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { refuseCollision } from './file.service.js';
import { FileRepository } from './file.repository.js';
import type { Overlay, OverlayFile, RowChange } from './overlay.js';
import { OverlayMoved, OverlayService } from './overlay.service.js';

/** A file's bytes, taken in: a text in its style, where they are kept, or what the base has at its path. */
export type Taken =
  | { kind: 'text'; text: string; style: DocumentStyle }
  | { kind: 'object'; objectId: string; sha: string }
  | { kind: 'base'; sha: string };

type Placing = {
  /** Whether it takes the place of a file that is there. Without it, that is a conflict. */
  replace: boolean;
  /** Of a file that is not there. */
  mode?: '100644' | '100755';
  /** Writes the event, and says its number. */
  tell: (transaction: Transaction, isReplaced: boolean) => Promise<number>;
};

/** Puts a file at its path, in place of whatever else is there; what was there can be brought back. */
@Injectable()
export class FilePlacementService {
  constructor(
    private readonly files: FileRepository,
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
  ) {}

  async place(
    account: Account,
    workspaceId: string,
    path: string,
    taken: Taken,
    { replace, mode: newMode = '100644', tell }: Placing,
  ): Promise<FileUploaded> {
    const access = await this.workspaces.require(account, workspaceId, 'write');
    const actor = personActor(account.id);
    return this.overlays.change<FileUploaded>(
      workspaceId,
      async (overlay, transaction) => {
        const before = refusePlace(overlay, path, replace);
        const [document] = await this.files.documentsAt(transaction, workspaceId, [path]);
        const mode = before?.mode ?? newMode;
        if (document) await this.documents.remove(transaction, document.id);
        let made: string | null = null;
        if (taken.kind === 'text') {
          const { text, style } = taken;
          ({ id: made } = await this.documents.create(transaction, access, path, text, actor, {
            ...style,
            mode: mode === '100755' ? mode : '100644',
          }));
        }
        if (taken.kind === 'base') restoreBase(overlay, path, taken.sha);
        else {
          const objectId = taken.kind === 'object' ? taken.objectId : null;
          overlay.place({ path, origin: null, blobSha: null, mode, documentId: made, objectId });
        }
        const seq = await tell(transaction, before !== null);
        const [now] = await this.files.documentsAt(transaction, workspaceId, [path]);
        // Somebody opened it in between: its text is not to be lost from sight.
        if ((now?.id ?? null) !== made) throw new OverlayMoved();
        const answer = async (rows: RowChange[]): Promise<FileUploaded> => {
          if (!before) return { outcome: 'created', undo: null };
          const documents = [
            ...(document ? [{ ...document, removed: true }] : []),
            ...(made === null ? [] : [{ id: made, path, removed: false, made: true }]),
          ];
          const undo = { workspaceId, userId: account.id, path, rows, documents };
          return { outcome: 'replaced', undo: await this.files.saveUndo(transaction, undo) };
        };
        return { seq, answer };
      },
      [path],
    );
  }
}

function restoreBase(overlay: Overlay, path: string, sha: string): void {
  const entry = overlay.moves().has(path) ? undefined : overlay.base.get(path);
  if (entry?.sha !== sha)
    throw new ProtocolError(
      'conflict',
      `${path} has just become another one at the last commit. Nothing was changed; try again.`,
    );
  overlay.restore(entry);
}

/** @returns what is to be replaced. @throws {ProtocolError} `conflict` where nothing may be put here */
export function refusePlace(overlay: Overlay, path: string, replace: boolean): OverlayFile | null {
  const before = overlay.files.get(path);
  if (!before || !replace) {
    refuseCollision(overlay, [path]);
    return null;
  }
  if (before.mode === '120000' || before.mode === '160000')
    throw new ProtocolError(
      'conflict',
      `${path} is a ${before.mode === '120000' ? 'symbolic link' : 'submodule'}, which no file takes the place of. Delete it first; nothing was changed.`,
    );
  return before;
}
