import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { decodeTextFile } from '../document/text-file.js';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { BaseFile } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { DocumentService } from '../document/document.service.js';
import type { ByteRange } from '../object/object-store.js';
import { ObjectService } from '../object/object.service.js';
import { DocumentBytesService } from './document-bytes.service.js';
import { FileRepository } from './file.repository.js';
import { submoduleUrl } from './submodule.js';

/** Bytes as they are sent: all at once, or read when it is known which. */
export type RawFile = {
  content: Uint8Array | ((range?: ByteRange) => Promise<Readable>);
  size: number;
  sha: string;
};

/** Files as they stand at the base commit, and as they are now. A moved file is found under its new path too. */
@Injectable()
export class FileContentService {
  constructor(
    private readonly files: FileRepository,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly objects: ObjectService,
    private readonly bytes: DocumentBytesService,
  ) {}

  async base(account: Account, workspaceId: string, path: string): Promise<BaseFile> {
    const { repository } = await this.workspaces.require(account, workspaceId, 'read');
    const at = await this.#basePath(workspaceId, path);
    const { tree } = await this.workspaces.baseTree(workspaceId, at);
    const entry = tree.files.get(at);
    // Not fetched to find out what its size says already.
    if (entry?.size !== undefined && entry.size > DOCUMENT_MAX_LENGTH)
      return { kind: 'not-text', reason: 'too-large', mode: entry.mode, sha: entry.sha, size: entry.size };
    const file = await this.workspaces.readBase(workspaceId, at);
    if (!file) return { kind: 'absent' };
    const { mode, sha, size } = file;
    if (mode === '120000')
      return {
        kind: 'not-text',
        reason: 'symlink',
        mode,
        sha,
        size,
        target: new TextDecoder().decode(file.bytes),
      };
    if (mode === '160000') {
      const gitmodules = await this.workspaces.readBase(workspaceId, '.gitmodules');
      const url = submoduleUrl(new TextDecoder().decode(gitmodules?.bytes), at, repository.url);
      return { kind: 'not-text', reason: 'submodule', mode, sha, size, ...(url !== null && { target: url }) };
    }
    const decoded = decodeTextFile(file.bytes);
    return decoded.kind === 'text'
      ? { kind: 'text', text: decoded.text, mode, sha }
      : { kind: 'not-text', reason: decoded.reason, mode, sha, size };
  }

  /** The file as everybody sees it now; where it is deleted, as it was. */
  async raw(account: Account, workspaceId: string, path: string): Promise<RawFile> {
    await this.workspaces.require(account, workspaceId, 'read');
    const row = await this.files.row(workspaceId, path);
    if (row?.objectId) {
      const object = (await this.objects.find([row.objectId])).get(row.objectId);
      if (object?.sha)
        return {
          content: (range) => this.objects.open(object.id, range),
          size: object.size,
          sha: object.sha,
        };
    }
    const at = row?.kind === 'moved' && row.fromPath ? row.fromPath : path;
    const document = await this.documents.changedAt(workspaceId, path);
    if (document) {
      const { text } = await this.documents.read(document.id);
      return whole(await this.bytes.encode(workspaceId, text, document, at));
    }
    const file = row?.kind === 'created' ? null : await this.workspaces.readBase(workspaceId, at);
    if (!file) throw new ProtocolError('not-found', `${path} is not in this branch any more.`);
    return { content: file.bytes, size: file.size, sha: file.sha };
  }

  /** Where the base commit has what stands at a path now. */
  async #basePath(workspaceId: string, path: string): Promise<string> {
    const row = await this.files.row(workspaceId, path);
    return row?.kind === 'moved' && row.fromPath ? row.fromPath : path;
  }
}

function whole(content: Uint8Array): RawFile {
  return { content, size: content.byteLength, sha: createHash('sha1').update(content).digest('hex') };
}
