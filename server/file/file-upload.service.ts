import { Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { decodeTextFile, type DecodedFile } from '../document/text-file.js';
import { EventService } from '../event/event.service.js';
import { exactly, WrongLength } from '../object/object-store.js';
import { ObjectService } from '../object/object.service.js';
import { personActor } from '../platform/actor.js';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import { UPLOAD_MAX_BYTES, type FileUploaded } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FilePlacementService, refusePlace, type Taken } from './file-placement.service.js';
import { FileReplaceService } from './file-replace.service.js';
import { FileStyleService } from './file-style.service.js';
import type { OverlayFile } from './overlay.js';
import { OverlayService } from './overlay.service.js';

/**
 * Takes a file as it is, byte for byte: a live document where it is a text,
 * else an object of the store. What it takes the place of can be brought back.
 */
@Injectable()
export class FileUploadService {
  constructor(
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly placements: FilePlacementService,
    private readonly objects: ObjectService,
    private readonly replacements: FileReplaceService,
    private readonly events: EventService,
    private readonly styles: FileStyleService,
  ) {}

  /**
   * @param source exactly `size` bytes
   * @throws {ProtocolError} `too-large`; `unprocessable` where Git LFS would have to commit it; `conflict` where the name is taken and nothing is to be replaced
   */
  async upload(
    account: Account,
    workspaceId: string,
    { path, replace }: { path: string; replace: boolean },
    source: Readable,
    size: number,
  ): Promise<FileUploaded> {
    await this.workspaces.require(account, workspaceId, 'write');
    if (size > UPLOAD_MAX_BYTES) throw tooLarge(path, size);
    // Before the bytes are taken in; asked again when they are.
    const before = refusePlace((await this.overlays.load(workspaceId, path)).overlay, path, replace);
    const { binary } = await this.styles.ofBroughtFile(workspaceId, path);
    const taken = await this.#take(account, path, source, size, binary);
    if (replace && taken.kind === 'text') {
      const replaced = await this.replacements.replaceText(account, workspaceId, path, taken);
      if (replaced) return replaced;
    }
    if (before && taken.kind === 'object' && taken.sha === (await this.#shaOf(before)))
      return { outcome: 'same', undo: null };
    const actor = personActor(account.id);
    return this.placements.place(account, workspaceId, path, taken, {
      replace,
      tell: (transaction, isReplaced) =>
        this.events.append(transaction, workspaceId, isReplaced ? 'file.replaced' : 'file.created', actor, {
          path,
        }),
    });
  }

  /** The id of its bytes, which a text that somebody edits has not. */
  async #shaOf({ objectId, blobSha }: OverlayFile): Promise<string | null> {
    if (objectId === null) return blobSha;
    return (await this.objects.find([objectId])).get(objectId)?.sha ?? null;
  }

  async #take(
    account: Account,
    path: string,
    source: Readable,
    size: number,
    binary: boolean,
  ): Promise<Taken> {
    try {
      if (size > DOCUMENT_MAX_LENGTH) {
        const { id, sha } = await this.objects.keep(account.id, source, size, 'too-large');
        return { kind: 'object', objectId: id, sha: sha! };
      }
      const counted = exactly(size);
      const [bytes] = await Promise.all([buffer(counted), pipeline(source, counted)]);
      const decoded: DecodedFile = binary ? { kind: 'not-text', reason: 'binary' } : decodeTextFile(bytes);
      if (decoded.kind === 'text') {
        const { text, lineEnding, byteOrderMark } = decoded;
        const object = lineEnding === 'mixed' ? await this.#keep(account, bytes, null) : null;
        return { kind: 'text', text, style: { lineEnding, byteOrderMark, objectId: object?.id ?? null } };
      }
      const { reason } = decoded;
      const { id, sha } = await this.#keep(account, bytes, reason as 'binary' | 'encoding' | 'lfs');
      return { kind: 'object', objectId: id, sha: sha! };
    } catch (error) {
      if (error instanceof WrongLength || source.errored)
        throw new ProtocolError('invalid', `${path} did not arrive whole. Nothing was changed; try again.`, {
          cause: error,
        });
      throw new ProtocolError(
        'unavailable',
        `${path} could not be stored. Nothing was changed; try again in a moment.`,
        { cause: error },
      );
    }
  }

  #keep(account: Account, bytes: Uint8Array, reason: 'binary' | 'encoding' | 'lfs' | null) {
    return this.objects.keep(account.id, Readable.from([bytes]), bytes.byteLength, reason);
  }
}

const megabytes = (size: number) => (size / 1_000_000).toLocaleString('en', { maximumFractionDigits: 1 });

const tooLarge = (path: string, size: number) =>
  new ProtocolError(
    'too-large',
    `${path} has ${megabytes(size)} MB; Perch takes files of up to ${megabytes(UPLOAD_MAX_BYTES)} MB. Nothing was changed.`,
  );
