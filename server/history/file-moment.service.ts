import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DocumentHistoryService } from '../document/document-history.service.js';
import { decodeTextFile } from '../document/text-file.js';
import type { RawFile } from '../file/file-content.service.js';
import { ObjectMissing, type ByteRange } from '../object/object-store.js';
import { ObjectService } from '../object/object.service.js';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { NotTextReason, TreeEntry } from '../protocol/file.js';
import type { FileMoment } from '../protocol/history.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileSourceService, type Source } from './file-source.service.js';

type KeptObject = { id: string; size: number; sha: string; reason: NotTextReason };

/** Files as they were after an event: their texts, or what bytes they had. */
@Injectable()
export class FileMomentService {
  constructor(
    private readonly sources: FileSourceService,
    private readonly histories: DocumentHistoryService,
    private readonly objects: ObjectService,
    private readonly workspaces: WorkspaceService,
  ) {}

  async at(account: Account, workspaceId: string, path: string, seq: number): Promise<FileMoment> {
    await this.workspaces.require(account, workspaceId, 'read');
    return this.read(workspaceId, await this.sources.find(workspaceId, path, seq));
  }

  /**
   * @returns its bytes, and what it was called
   * @throws {ProtocolError} `not-found` where it was not there, `gone` where it is kept no more
   */
  async raw(
    account: Account,
    workspaceId: string,
    path: string,
    seq: number,
  ): Promise<{ path: string; file: RawFile }> {
    await this.workspaces.require(account, workspaceId, 'read');
    const source = await this.sources.find(workspaceId, path, seq);
    if (source.kind === 'absent') throw new ProtocolError('not-found', `${path} was not there then.`);
    return { path: source.path, file: await this.#raw(workspaceId, source) };
  }

  async #raw(workspaceId: string, source: Exclude<Source, { kind: 'absent' }>): Promise<RawFile> {
    if (source.kind === 'object') {
      const { id, size, sha } = await this.object(source);
      const open = (range?: ByteRange) => this.objects.open(id, range);
      return { content: (range) => open(range).catch(goneIfMissing(source.path)), size, sha };
    }
    if (source.kind === 'entry') {
      const content = await this.workspaces.readEntry(workspaceId, source.entry);
      return { content, size: content.byteLength, sha: source.entry.sha };
    }
    const text = await this.histories.textAt(source.documentId, source.row);
    const content = new TextEncoder().encode(text);
    const sha = createHash('sha1').update(content).digest('hex');
    return { content, size: content.byteLength, sha };
  }

  /** For whoever has asked for the right. @throws {ProtocolError} `gone` where its bytes are kept no more */
  async read(workspaceId: string, source: Source): Promise<FileMoment> {
    if (source.kind === 'absent') return source;
    const { path } = source;
    if (source.kind === 'document')
      return { kind: 'text', path, text: await this.histories.textAt(source.documentId, source.row) };
    if (source.kind === 'entry') return this.#entry(workspaceId, path, source.entry);
    const { reason, sha, size } = await this.object(source);
    return { kind: 'not-text', path, reason, sha, size };
  }

  /** @throws {ProtocolError} `gone` */
  async object({ path, objectId }: Extract<Source, { kind: 'object' }>): Promise<KeptObject> {
    const object = objectId === null ? undefined : (await this.objects.find([objectId])).get(objectId);
    if (!object?.sha) throw gone(path);
    const { id, size, sha, reason } = object;
    return { id, size, sha, reason: reason ?? 'binary' };
  }

  async #entry(workspaceId: string, path: string, entry: TreeEntry): Promise<FileMoment> {
    const { mode, sha, size = 0 } = entry;
    const notText = { kind: 'not-text' as const, path, sha };
    if (mode === '160000') return { ...notText, reason: 'submodule', size };
    // Not fetched to find out what its size says already.
    if (size > DOCUMENT_MAX_LENGTH) return { ...notText, reason: 'too-large', size };
    const bytes = await this.workspaces.readEntry(workspaceId, entry);
    const length = bytes.byteLength;
    if (mode === '120000') {
      const target = new TextDecoder().decode(bytes);
      return { ...notText, reason: 'symlink', size: length, target };
    }
    const decoded = decodeTextFile(bytes);
    return decoded.kind === 'text'
      ? { kind: 'text', path, text: decoded.text }
      : { ...notText, reason: decoded.reason, size: length };
  }
}

const gone = (path: string) =>
  new ProtocolError(
    'gone',
    `What ${path} was then is not kept any more: it was replaced before it was committed, by a Perch that did not keep such files. Later states of it are kept; step forward to see them.`,
  );

const goneIfMissing = (path: string) => (error: unknown) => {
  throw error instanceof ObjectMissing ? gone(path) : error;
};
