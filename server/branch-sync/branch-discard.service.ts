import { Injectable } from '@nestjs/common';
import { EventService } from '../event/event.service.js';
import { FileChangeService } from '../file/file-change.service.js';
import { FileDiscardService } from '../file/file-discard.service.js';
import { FileUndoService } from '../file/file-undo.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import type { BranchDecided } from '../protocol/branch-state.js';
import { ProtocolError } from '../protocol/error.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { BranchStateRepository } from './branch-state.repository.js';
import { TextRecoveryService } from './text-recovery.service.js';

type Kept = BranchDecided['kept'];

/**
 * Takes back all that is not committed, file by file, and keeps each file's
 * way back from before it is touched: whatever ends us in between, nothing is
 * lost, and anybody who may write brings it back within a week.
 */
@Injectable()
export class BranchDiscardService {
  constructor(
    private readonly repository: BranchStateRepository,
    private readonly workspaces: WorkspaceService,
    private readonly overlays: OverlayService,
    private readonly changes: FileChangeService,
    private readonly discards: FileDiscardService,
    private readonly undos: FileUndoService,
    private readonly texts: TextRecoveryService,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** Nothing happens, and nothing is told, where all is committed. */
  async discard(account: Account, workspaceId: string): Promise<BranchDecided> {
    if ((await this.#changed(workspaceId)).length === 0) return { discardId: null, kept: [] };
    const discardId = await this.repository.beginDiscard(workspaceId, account.id);
    let files = 0;
    let kept: Kept = [];
    // One file may stand where another has to go back to: then that one is taken back first.
    for (let before = Infinity; ;) {
      const paths = await this.#changed(workspaceId);
      if (paths.length === 0 || paths.length >= before) break;
      before = paths.length;
      kept = [];
      for (const path of paths)
        try {
          const { undo } = await this.discards.discard(account, workspaceId, path);
          await this.repository.addUndo(discardId, undo);
          files++;
        } catch (error) {
          kept.push({ path, message: wordsOf(error) });
        }
    }
    await this.database.transaction((transaction) =>
      this.events.append(transaction, workspaceId, 'branch.discarded', personActor(account.id), {
        discardId,
        files,
      }),
    );
    return { discardId, kept };
  }

  /** @throws {ProtocolError} `gone` where it was brought back already, or is forgotten */
  async recover(account: Account, workspaceId: string, discardId: string): Promise<{ kept: Kept }> {
    await this.workspaces.require(account, workspaceId, 'write');
    const discard = await this.repository.findDiscard(workspaceId, discardId);
    if (!discard)
      throw new ProtocolError(
        'gone',
        'What was discarded has been brought back already, or is more than a week old. Nothing was changed.',
      );
    const kept: Kept = [];
    const left: string[] = [];
    // The last that went comes first: what it made room for stood there before.
    for (const undoId of discard.undoIds.toReversed())
      try {
        if (!(await this.texts.recover(account, workspaceId, undoId)))
          await this.undos.recover(account, workspaceId, undoId);
      } catch (error) {
        // Brought back before, when something ended us half-way.
        if (error instanceof ProtocolError && error.code === 'gone') continue;
        left.unshift(undoId);
        const { path } = await this.undos.find(workspaceId, undoId);
        kept.push({ path, message: wordsOf(error) });
      }
    await this.database.transaction(async (transaction) => {
      await this.repository.endDiscard(transaction, discardId, left);
      await this.events.append(transaction, workspaceId, 'branch.recovered', personActor(account.id), {
        discardId,
        files: discard.undoIds.length - left.length,
      });
    });
    return { kept };
  }

  async #changed(workspaceId: string): Promise<string[]> {
    const { overlay } = await this.overlays.load(workspaceId);
    return (await this.changes.pending(workspaceId, overlay)).map(({ path }) => path);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.message;
  throw error;
}
