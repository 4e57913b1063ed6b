import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { DatabaseConnection } from '../platform/database.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileRepository } from './file.repository.js';
import { Overlay, type RowChange } from './overlay.js';

/** The base may move while a change is made against it; it cannot do so this often. */
const ATTEMPTS = 5;

/** Thrown inside a change to have it made again from what is there now. */
export class OverlayMoved extends Error {}

export type OverlayChange<Result> = {
  /** The event's number: the version of every row that was changed. */
  seq: number;
  /** The tree to store, where it is another than the one that was handed out. */
  overlay?: Overlay;
  /** What the change answers, given the rows it has written; in the same transaction. */
  answer: (changes: RowChange[]) => Promise<Result>;
};

/**
 * Reads the tree of a workspace and changes it: one change at a time for the
 * whole workspace, in one transaction with its event, always against the base
 * it was decided on.
 */
@Injectable()
export class OverlayService {
  constructor(
    private readonly files: FileRepository,
    private readonly database: DatabaseConnection,
    private readonly workspaces: WorkspaceService,
  ) {}

  /** @param reach a path it is about, where the forge lists only a part of so large a tree */
  async load(
    workspaceId: string,
    reach?: string,
  ): Promise<{ overlay: Overlay; baseCommit: string | null; truncated: boolean }> {
    const { baseCommit, tree } = await this.workspaces.baseTree(workspaceId, reach);
    const overlay = Overlay.of(workspaceId, tree.files, await this.files.rows(workspaceId));
    return { overlay, baseCommit, truncated: tree.truncated };
  }

  /**
   * Runs `make` on the tree as it is, under the workspace's lock; what it
   * edits there is stored with the event it has appended. It may be run again
   * where the base has moved, so it leaves nothing behind but the transaction.
   * @param reach paths it is about, where the forge lists only a part of so large a tree
   */
  async change<Result>(
    workspaceId: string,
    make: (overlay: Overlay, transaction: Transaction) => Promise<OverlayChange<Result>>,
    reach: readonly string[] = [],
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const { baseCommit, tree } = await this.workspaces.baseTree(workspaceId);
      for (const path of reach) await this.workspaces.baseTree(workspaceId, path);
      try {
        return await this.database.transaction(async (transaction) => {
          await this.files.lock(transaction, workspaceId);
          if ((await this.files.baseCommit(transaction, workspaceId)) !== baseCommit)
            throw new OverlayMoved();
          const overlay = Overlay.of(
            workspaceId,
            tree.files,
            await this.files.rows(workspaceId, transaction),
          );
          const { seq, answer, overlay: made = overlay } = await make(overlay, transaction);
          // Only now is the workspace's row locked: the base may have moved just before.
          if (made === overlay && (await this.files.baseCommit(transaction, workspaceId)) !== baseCommit)
            throw new OverlayMoved();
          const changes = made.changes(seq);
          await this.files.write(transaction, workspaceId, changes);
          return answer(changes);
        });
      } catch (error) {
        if (!(error instanceof OverlayMoved)) throw error;
        if (attempt === ATTEMPTS)
          throw new ProtocolError(
            'unavailable',
            'This workspace is changing too fast to change this now. Nothing was changed; try again.',
            { cause: error },
          );
      }
    }
  }
}
