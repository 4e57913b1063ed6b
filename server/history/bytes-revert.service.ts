import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { EventService } from '../event/event.service.js';
import { FilePlacementService, type Taken } from '../file/file-placement.service.js';
import { FileStyleService } from '../file/file-style.service.js';
import type { Overlay } from '../file/overlay.js';
import { OverlayService } from '../file/overlay.service.js';
import { ObjectService } from '../object/object.service.js';
import { personActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileMoment, FileReverted } from '../protocol/history.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import type { Source } from './file-source.service.js';

/** A file of the past: where it was found, and what it was. */
export type PastFile = {
  seq: number;
  source: Exclude<Source, { kind: 'absent' }>;
  moment: Exclude<FileMoment, { kind: 'absent' }>;
};

/**
 * Puts a file back at its path as it was after an event, where it is no text
 * or takes the place of what is none: as an upload of it would, with the way back.
 */
@Injectable()
export class BytesRevertService {
  constructor(
    private readonly overlays: OverlayService,
    private readonly placements: FilePlacementService,
    private readonly objects: ObjectService,
    private readonly workspaces: WorkspaceService,
    private readonly styles: FileStyleService,
    private readonly events: EventService,
  ) {}

  async place(account: Account, workspaceId: string, path: string, past: PastFile): Promise<FileReverted> {
    const { overlay } = await this.overlays.load(workspaceId, path);
    if (await this.#isSo(overlay, path, past)) return { outcome: 'same', path, undo: null };
    const taken = await this.#take(account, workspaceId, overlay, path, past);
    const { outcome, undo } = await this.placements.place(account, workspaceId, path, taken, {
      replace: true,
      mode: past.source.kind === 'entry' && past.source.entry.mode === '100755' ? '100755' : '100644',
      tell: (transaction) =>
        this.events.append(transaction, workspaceId, 'file.reverted', personActor(account.id), {
          path,
          seq: past.seq,
        }),
    });
    return { outcome: outcome === 'created' ? 'recreated' : 'reverted', path, undo };
  }

  async #isSo(overlay: Overlay, path: string, { moment }: PastFile): Promise<boolean> {
    const now = overlay.files.get(path);
    if (!now || moment.kind !== 'not-text') return false;
    const { objectId } = now;
    if (objectId === null) return now.blobSha === moment.sha;
    return (await this.objects.find([objectId])).get(objectId)?.sha === moment.sha;
  }

  async #take(
    account: Account,
    workspaceId: string,
    overlay: Overlay,
    path: string,
    { source, moment }: PastFile,
  ): Promise<Taken> {
    const sha = moment.kind === 'not-text' ? moment.sha : source.kind === 'entry' ? source.entry.sha : null;
    if (sha !== null && overlay.base.get(path)?.sha === sha && !overlay.moves().has(path))
      return { kind: 'base', sha };
    if (moment.kind === 'text') {
      const style = await this.styles.ofNewFile(workspaceId, path);
      return { kind: 'text', text: moment.text, style: { ...style, objectId: null } };
    }
    const { reason, size } = moment;
    if (reason === 'symlink' || reason === 'submodule')
      throw new ProtocolError(
        'conflict',
        `${path} was a ${reason === 'symlink' ? 'symbolic link' : 'submodule'} then, which git alone brings back. Nothing was changed.`,
      );
    await this.styles.ofBroughtFile(workspaceId, path);
    if (source.kind === 'object' && source.objectId !== null)
      return { kind: 'object', objectId: source.objectId, sha: moment.sha };
    if (source.kind !== 'entry') throw new Error(`${path} has no bytes to bring back`);
    const bytes = await this.workspaces.readEntry(workspaceId, source.entry);
    const { id } = await this.objects.keep(account.id, Readable.from([bytes]), size, reason);
    return { kind: 'object', objectId: id, sha: moment.sha };
  }
}
