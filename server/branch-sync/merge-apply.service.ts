import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { EventService } from '../event/event.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { gitActor } from '../platform/actor.js';
import type { EventPayloads } from '../protocol/event.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { ConflictRepository } from './conflict.repository.js';
import { markOf, type DocumentChange, type MergePlan } from './merge-plan.js';

/** Of a push's paths, those its event names. */
const NAMED_PATHS = 200;

/** Who pushed, and how many commits. */
type Push = Pick<EventPayloads['branch.merged'], 'pusher' | 'commits'>;

/** What the plan was made of is no longer so. */
export class PlanStale extends Error {}

/** A file that was opened or moved meanwhile, and that the push is about. */
function isUnplanned(plan: MergePlan, { id, path }: { id: string; path: string }): boolean {
  const place = plan.places.get(id);
  if (place !== undefined) return place !== path;
  return plan.touched.has(path);
}

/** Carries out what a push changes in a room, in one transaction: all of it, or nothing. */
@Injectable()
export class MergeApplyService {
  constructor(
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly stored: StoredDocumentService,
    private readonly conflicts: ConflictRepository,
    private readonly events: EventService,
  ) {}

  /**
   * @param isPatient whether texts may have been typed in since: those edits then come after the push's
   * @throws {PlanStale} where the room is another one by now
   */
  async apply(workspaceId: string, plan: MergePlan, push: Push, isPatient: boolean): Promise<void> {
    await this.overlays.change(workspaceId, async (overlay, transaction) => {
      if (markOf(overlay) !== plan.mark) throw new PlanStale();
      const ids = plan.documents.map(({ record }) => record.id);
      const next = new Map<string, number>();
      const locked = await this.stored.lock(transaction, ids.toSorted());
      for (const record of locked) next.set(record.id, record.nextSeq);
      for (const { record, seq, path } of plan.documents) {
        const now = locked.find(({ id }) => id === record.id);
        if (!now || now.deletedAt || now.path !== record.path || now.generation !== record.generation)
          throw new PlanStale();
        // What goes with its file must not have been typed in.
        if (now.nextSeq - 1 !== seq && !(isPatient && path !== null)) throw new PlanStale();
      }
      if (!(await this.workspaces.moveBase(transaction, workspaceId, plan.from, plan.to)))
        throw new PlanStale();
      // Under the lock that opening a file takes too.
      const alive = await this.stored.listed(transaction, workspaceId);
      if (alive.some((record) => isUnplanned(plan, record))) throw new PlanStale();
      await this.#changeDocuments(transaction, plan, next);
      const seq = await this.#tell(transaction, workspaceId, plan, push);
      const made = overlay.onto(plan.tree.files, plan.files, plan.gone);
      return { seq, overlay: made, answer: () => Promise.resolve(null) };
    });
  }

  async #changeDocuments(
    transaction: Transaction,
    plan: MergePlan,
    next: ReadonlyMap<string, number>,
  ): Promise<void> {
    const actor = gitActor(plan.to);
    const staying = plan.documents.filter(({ path }) => path !== null);
    for (const { record, path } of plan.documents)
      if (path === null) await this.stored.update(transaction, record.id, { deletedAt: new Date() });
    // Two may change places: all leave theirs first.
    const moving = staying.filter(({ record, path }) => path !== record.path);
    for (const { record } of moving)
      await this.stored.update(transaction, record.id, { path: `${record.path}\u0001${record.id}` });
    for (const { record, path, seq, edit, set, isClean } of staying as (DocumentChange & {
      path: string;
    })[]) {
      const { id: documentId, generation } = record;
      const at = edit
        ? await this.stored.append(transaction, { documentId, generation, actor, ...edit })
        : (next.get(documentId) ?? 0) - 1;
      const isUpToDate = next.get(documentId) === seq + 1;
      await this.stored.update(transaction, documentId, {
        path,
        ...set,
        ...(isClean && isUpToDate && { cleanSeq: at }),
      });
    }
    const edited = staying.filter(({ edit }) => edit !== null).map(({ record }) => record.id);
    await this.stored.tell(transaction, edited);
  }

  async #tell(
    transaction: Transaction,
    workspaceId: string,
    plan: MergePlan,
    { pusher, commits }: Push,
  ): Promise<number> {
    const actor = gitActor(plan.to);
    const { superseded, conflicts, moved, deleted, replaced, paths } = plan;
    await this.conflicts.resolve(
      transaction,
      superseded.map(({ id }) => id),
      'superseded',
      null,
    );
    const append: EventService['append'] = (...args) => this.events.append(...args);
    for (const { id, path } of superseded)
      await append(transaction, workspaceId, 'conflict.resolved', actor, {
        path,
        conflictId: id,
        choice: 'superseded',
      });
    for (const each of moved) await append(transaction, workspaceId, 'file.moved', actor, each);
    for (const path of deleted) await append(transaction, workspaceId, 'file.deleted', actor, { path });
    for (const path of replaced) await append(transaction, workspaceId, 'file.replaced', actor, { path });
    for (const each of conflicts) {
      const conflictId = await this.conflicts.insert(transaction, workspaceId, { ...each, pusher });
      await append(transaction, workspaceId, 'conflict.found', actor, { path: each.path, conflictId });
    }
    return append(transaction, workspaceId, 'branch.merged', actor, {
      fromCommit: plan.from,
      toCommit: plan.to,
      pusher,
      paths: paths.slice(0, NAMED_PATHS),
      files: paths.length,
      conflicts: conflicts.length,
      commits,
    });
  }
}
