import { Injectable } from '@nestjs/common';
import { StoredDocumentService } from '../document/stored-document.service.js';
import { ProtocolError } from '../protocol/error.js';
import type { Conflict } from '../protocol/conflict.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { ConflictRepository, type ConflictRecord } from './conflict.repository.js';
import { rangeOf } from './document-edit.js';

/** What pushes from outside and a room have both changed, until somebody decides. */
@Injectable()
export class ConflictService {
  constructor(
    private readonly repository: ConflictRepository,
    private readonly workspaces: WorkspaceService,
    private readonly stored: StoredDocumentService,
  ) {}

  async list(account: Account, workspaceId: string): Promise<Conflict[]> {
    await this.workspaces.require(account, workspaceId, 'read');
    return (await this.open(workspaceId)).map(toConflict);
  }

  /** Those that are still to be decided: a text that somebody has made what came in is settled. */
  async open(workspaceId: string): Promise<ConflictRecord[]> {
    const open: ConflictRecord[] = [];
    for (const each of await this.repository.open(workspaceId))
      if (!(await this.#isSettled(each))) open.push(each);
    return open;
  }

  /** @throws {ProtocolError} `conflict` where one of these files waits for a decision */
  async refuseOpen(
    workspaceId: string,
    chosen: readonly { path: string; documentId: string | null }[],
  ): Promise<void> {
    const paths = new Set(chosen.map(({ path }) => path));
    const documents = new Set(chosen.map(({ documentId }) => documentId));
    const blocked = (await this.open(workspaceId)).filter(
      ({ path, documentId }) => paths.has(path) || (documentId !== null && documents.has(documentId)),
    );
    if (blocked.length === 0) return;
    const files = [...new Set(blocked.map(({ path }) => path))];
    throw new ProtocolError(
      'conflict',
      `${files.slice(0, 5).join(', ')}${files.length > 5 ? ' and others' : ''} ${files.length === 1 ? 'was' : 'were'} changed by a push in the same places. Nothing was committed; decide ${blocked.length === 1 ? 'the conflict' : 'the conflicts'} there first.`,
    );
  }

  async #isSettled({
    kind,
    documentId,
    generation,
    startPosition,
    endPosition,
    incomingText,
  }: ConflictRecord): Promise<boolean> {
    if (kind !== 'text' || documentId === null || !startPosition || !endPosition) return false;
    const stored = await this.stored.read(documentId);
    if (!stored || stored.record.generation !== generation) return true;
    const { start, end } = rangeOf(stored.document, { start: startPosition, end: endPosition });
    return stored.text.slice(start, end) === incomingText;
  }
}

const base64 = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('base64');

function toConflict(record: ConflictRecord): Conflict {
  const { id, workspaceId, path, kind, documentId, generation, commitSha, pusher } = record;
  return {
    id,
    workspaceId,
    path,
    kind,
    documentId,
    generation,
    start: base64(record.startPosition),
    end: base64(record.endPosition),
    currentLabel: 'in this room, not committed',
    incomingLabel: `${commitSha.slice(0, 7)}${pusher === null ? '' : ` by ${pusher}`}`,
    currentText: record.currentText,
    incomingText: record.incomingText,
    baseText: record.baseText,
    incomingPath: record.incomingPath,
    incomingSha: record.incomingSha,
    commitSha,
    pusher,
    createdAt: record.createdAt.toISOString(),
  };
}
