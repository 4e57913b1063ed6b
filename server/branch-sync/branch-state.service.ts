import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventService } from '../event/event.service.js';
import { gitActor, personActor, type StoredActor } from '../platform/actor.js';
import { PersonGithub } from '../forge-account/person-github.js';
import { DatabaseConnection } from '../platform/database.js';
import { told } from '../platform/github-refusal.js';
import type { BranchChoice, BranchDecided, BranchState } from '../protocol/branch-state.js';
import { ProtocolError } from '../protocol/error.js';
import type { EventPayloads } from '../protocol/event.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { BranchDiscardService } from './branch-discard.service.js';
import { BranchStateRepository, type StoredState } from './branch-state.repository.js';
import { BranchSyncService, type BranchLook } from './branch-sync.service.js';

/**
 * A forced push or a branch's end costs nobody what is not committed (GIT3):
 * the room stays on the commit it stands on, everybody is told, nothing is
 * committed meanwhile, and people choose what becomes of it. Where nothing is
 * uncommitted there is nothing to choose, and a room follows by itself.
 */
@Injectable()
export class BranchStateService implements OnModuleInit {
  constructor(
    private readonly repository: BranchStateRepository,
    private readonly sync: BranchSyncService,
    private readonly discards: BranchDiscardService,
    private readonly workspaces: WorkspaceService,
    private readonly people: PersonGithub,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  onModuleInit(): void {
    this.sync.onLook((look) => this.#note(look));
  }

  async state(account: Account, workspaceId: string): Promise<BranchState> {
    const { branch, baseCommit } = await this.workspaces.require(account, workspaceId, 'read');
    const stored = await this.repository.state(workspaceId);
    if (!stored) throw new Error(`workspace ${workspaceId} is gone`);
    const last = await this.repository.lastDiscard(workspaceId);
    const discarded = last && {
      id: last.discard.id,
      files: last.discard.files,
      by: last.by,
      at: last.discard.createdAt.toISOString(),
    };
    return { ...stored, branch, baseCommit, discarded: discarded ?? null };
  }

  /** @throws {ProtocolError} `conflict` where there is nothing to choose, or not this */
  async choose(account: Account, workspaceId: string, choice: BranchChoice): Promise<BranchDecided> {
    await this.workspaces.require(account, workspaceId, 'write');
    return this.sync.inTurn(workspaceId, async () => {
      // As it is now: somebody may have decided, or pushed again, since it was shown.
      const look = await this.sync.bringIn(workspaceId);
      refuseChoice(look, choice);
      const decided: BranchDecided = { discardId: null, kept: [] };
      if (choice === 'discard') Object.assign(decided, await this.discards.discard(account, workspaceId));
      if (look.state === 'forced' && look.head !== null)
        await this.sync.bringOnto(workspaceId, look.head, look.hint);
      else if (choice === 'recreate') await this.#recreate(account, workspaceId);
      const { baseCommit } = await this.workspaces.find(workspaceId);
      // Where the branch is gone, there is nothing to stand on but what the room stands on.
      if (look.state === 'forced' || choice === 'recreate')
        await this.#store(workspaceId, { state: 'there', head: null, renamedTo: null }, async (append) => {
          await append('branch.restored', personActor(account.id), { head: baseCommit ?? '', choice });
        });
      return decided;
    });
  }

  /** For a commit, which holds the lock. @throws {ProtocolError} `conflict` while the branch is not there */
  async requireThere(workspaceId: string): Promise<void> {
    const stored = await this.repository.state(workspaceId);
    if (stored?.state === 'there') return;
    const refusal = refusalOf(await this.sync.bringIn(workspaceId));
    // A room that has just followed by itself stands where the branch does.
    if (refusal && (await this.repository.state(workspaceId))?.state !== 'there') throw refusal;
  }

  /** Puts the branch where the room stands; by compare-and-swap from nothing, so that nobody's is replaced. */
  async #recreate(account: Account, workspaceId: string): Promise<void> {
    const { repository, branch, baseCommit } = await this.workspaces.find(workspaceId);
    if (baseCommit === null) throw new Error(`a room without commits has no branch to make again`);
    const update = {
      repositoryNodeId: repository.nodeId,
      branch,
      beforeOid: null,
      afterOid: baseCommit,
    };
    const outcome = await this.people.as(account, (github) => told(github.updateRef(update)));
    if (outcome === 'head-moved')
      throw new ProtocolError(
        'conflict',
        `Somebody has made a branch ${branch} just now. Nothing was changed; look again.`,
      );
  }

  /** Tells everybody once, and stores it with what is told. */
  async #note({ workspaceId, state, head, renamedTo, baseCommit, hint, isOld }: BranchLook): Promise<void> {
    if (isOld) return;
    const found: StoredState = { state, head: state === 'forced' ? head : null, renamedTo };
    const before = await this.repository.state(workspaceId);
    const isKnown =
      before?.state === found.state && before.head === found.head && before.renamedTo === found.renamedTo;
    if (!isKnown)
      await this.#store(workspaceId, found, async (append) => {
        if (state === 'forced')
          await append('branch.forced', gitActor(head ?? ''), {
            head: head ?? '',
            baseCommit: baseCommit ?? '',
            pusher: hint.pusher?.name ?? null,
          });
        else if (state === 'deleted')
          await append('branch.deleted', 'system', { baseCommit: baseCommit ?? '', renamedTo });
        else await append('branch.restored', 'system', { head: head ?? '', choice: null });
      });
    if (state !== 'forced' || head === null || (await this.workspaces.changeCount(workspaceId)) > 0) return;
    await this.sync.bringOnto(workspaceId, head, hint);
    await this.#store(workspaceId, { state: 'there', head: null, renamedTo: null }, async (append) => {
      await append('branch.restored', 'system', { head, choice: 'rebase' });
    });
  }

  #store(workspaceId: string, stored: StoredState, tell: (append: Append) => Promise<void>): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await this.repository.setState(transaction, workspaceId, stored);
      await tell(async (type, actor, payload) => {
        await this.events.append(transaction, workspaceId, type, actor, payload);
      });
    });
  }
}

type Append = <Type extends 'branch.forced' | 'branch.deleted' | 'branch.restored'>(
  type: Type,
  actor: StoredActor,
  payload: EventPayloads[Type],
) => Promise<void>;

/** Why nothing is committed now. */
export function refusalOf({ state, head, renamedTo, isOld }: BranchLook): ProtocolError | null {
  if (isOld && head === null) return notShown('Nothing was committed, and your work is kept here');
  if (state === 'there') return null;
  const what =
    state === 'forced'
      ? 'The branch was moved to another history on GitHub. Rebase what is not committed onto it, or discard it'
      : renamedTo === null
        ? 'The branch was deleted on GitHub. Make it again'
        : `The branch was renamed to ${renamedTo}, which has a room of its own. Make this one again`;
  return new ProtocolError(
    'conflict',
    `${what}; then commit. Nothing was committed or overwritten, and your work is kept here.`,
  );
}

function refuseChoice({ state, head, renamedTo, isOld }: BranchLook, choice: BranchChoice): void {
  if (isOld && head === null) throw notShown('Nothing was changed');
  if (state === 'there')
    throw new ProtocolError(
      'conflict',
      'The branch is there and the room stands on it: there is nothing to decide any more. Nothing was changed.',
    );
  if (state === 'deleted' && choice === 'rebase')
    throw new ProtocolError(
      'conflict',
      `The branch was ${renamedTo === null ? 'deleted' : `renamed to ${renamedTo}`}, so there is nothing to rebase onto. Make it again, or discard what is not committed.`,
    );
  if (state === 'forced' && choice === 'recreate')
    throw new ProtocolError(
      'conflict',
      'The branch is there, with another history. Rebase what is not committed onto it, or discard it.',
    );
}

/** Whether the branch is there is known in a few seconds. */
function notShown(kept: string): ProtocolError {
  return new ProtocolError(
    'conflict',
    `GitHub did not show this branch just now, which may pass. ${kept}; try again in a few seconds.`,
  );
}
