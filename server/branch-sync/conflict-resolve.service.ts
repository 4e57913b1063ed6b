import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { EventService } from '../event/event.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { gitActor, personActor } from '../platform/actor.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ConflictChoice } from '../protocol/conflict.js';
import { ProtocolError } from '../protocol/error.js';
import { textEdits } from '../protocol/text-edits.js';
import type { TextRow } from '../protocol/event.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { ConflictRepository, type ConflictRecord } from './conflict.repository.js';
import { applyEdits, rangeOf } from './document-edit.js';
import { settleFile, type FileOutcome } from './file-settlement.js';

/**
 * Decides a conflict: a forward edit of the live text, or of the tree, by
 * whoever decides, in one transaction with the conflict's end and its event.
 */
@Injectable()
export class ConflictResolveService {
  constructor(
    private readonly repository: ConflictRepository,
    private readonly workspaces: WorkspaceService,
    private readonly stored: StoredDocumentService,
    private readonly overlays: OverlayService,
    private readonly events: EventService,
    private readonly database: DatabaseConnection,
  ) {}

  /** @throws {ProtocolError} `gone` where somebody has decided already */
  async resolve(
    account: Account,
    workspaceId: string,
    conflictId: string,
    choice: ConflictChoice,
  ): Promise<null> {
    await this.workspaces.require(account, workspaceId, 'write');
    const record = (await this.repository.open(workspaceId)).find(({ id }) => id === conflictId);
    if (!record) throw decided();
    if (record.kind === 'text') await this.#resolveText(account, record, choice);
    else await this.#resolveFile(account, record, choice);
    return null;
  }

  #resolveText(account: Account, record: ConflictRecord, choice: ConflictChoice): Promise<void> {
    const { documentId, generation, startPosition, endPosition, incomingText } = record;
    return this.database.transaction(async (transaction) => {
      if (documentId === null || generation === null || !startPosition || !endPosition) throw decided();
      const [locked] = await this.stored.lock(transaction, [documentId]);
      const stored = await this.stored.read(documentId, transaction);
      if (!locked || locked.deletedAt || locked.generation !== generation || !stored) throw decided();
      const { start, end } = rangeOf(stored.document, { start: startPosition, end: endPosition });
      const current = stored.text.slice(start, end);
      const wanted = chosen(current, incomingText ?? '', choice);
      const edits = textEdits(current, wanted).map((edit) => ({ ...edit, at: edit.at + start }));
      const edit = applyEdits(stored.document, edits);
      const actor = personActor(account.id);
      let row: TextRow | undefined;
      if (edit) {
        // What he takes away he takes away; what he takes over was written by whoever pushed it.
        const author = gitActor(record.commitSha);
        const seq = await this.stored.append(transaction, { documentId, generation, actor, author, ...edit });
        row = { documentId, seq };
        await this.stored.tell(transaction, [documentId]);
      }
      await this.#end(transaction, account, record, choice, row);
    });
  }

  #resolveFile(account: Account, record: ConflictRecord, choice: ConflictChoice): Promise<null> {
    const { workspaceId, path, incomingPath } = record;
    const actor = personActor(account.id);
    const reach = [path, ...(incomingPath === null ? [] : [incomingPath])];
    return this.overlays.change(
      workspaceId,
      async (overlay, transaction) => {
        const outcome: FileOutcome = settleFile(overlay, record, choice);
        const { moved, removed, restored, followed } = outcome;
        const documents = await this.stored.listed(transaction, workspaceId);
        const ours =
          moved === null && removed === null ? undefined : documents.find((each) => each.path === path);
        const waiting = documents.find((each) => each.path === followed?.from);
        const ids = [ours, waiting].flatMap((each) => each?.id ?? []).toSorted();
        if (ids.length > 0) await this.stored.lock(transaction, ids);
        if (ours) {
          const set = moved === null ? { deletedAt: new Date() } : { path: moved };
          await this.stored.update(transaction, ours.id, set);
        }
        if (waiting) await this.stored.update(transaction, waiting.id, { path: followed!.to });
        const tell = (type: 'file.deleted' | 'file.restored', at: string) =>
          this.events.append(transaction, workspaceId, type, actor, { path: at });
        if (moved !== null)
          await this.events.append(transaction, workspaceId, 'file.moved', actor, { from: path, to: moved });
        if (removed !== null) await tell('file.deleted', removed);
        if (followed) await this.events.append(transaction, workspaceId, 'file.moved', actor, followed);
        if (restored !== null) await tell('file.restored', restored);
        const seq = await this.#end(transaction, account, record, choice);
        return { seq, answer: () => Promise.resolve(null) };
      },
      reach,
    );
  }

  async #end(
    transaction: Transaction,
    account: Account,
    { id, workspaceId, path }: ConflictRecord,
    choice: ConflictChoice,
    row?: TextRow,
  ): Promise<number> {
    if (!(await this.repository.resolve(transaction, [id], choice, account.id))) throw decided();
    const told = { path, conflictId: id, choice, ...(row && { row }) };
    return this.events.append(transaction, workspaceId, 'conflict.resolved', personActor(account.id), told);
  }
}

const decided = () =>
  new ProtocolError('gone', 'This conflict has been decided by now. Nothing was changed.');

function chosen(current: string, incoming: string, choice: ConflictChoice): string {
  if (choice === 'current') return current;
  if (choice === 'incoming') return incoming;
  const isJoined = current === '' || incoming === '' || current.endsWith('\n');
  return current + (isJoined ? '' : '\n') + incoming;
}
