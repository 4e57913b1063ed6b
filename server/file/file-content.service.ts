import { Injectable } from '@nestjs/common';
import { decodeTextFile } from '../document/text-file.js';
import { ProtocolError } from '../protocol/error.js';
import type { BaseFile, FileMode } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileRepository } from './file.repository.js';

/** Files as they stand at the base commit. A moved file is found under its new path too. */
@Injectable()
export class FileContentService {
  constructor(
    private readonly files: FileRepository,
    private readonly workspaces: WorkspaceService,
  ) {}

  async base(account: Account, workspaceId: string, path: string): Promise<BaseFile> {
    await this.workspaces.require(account, workspaceId, 'read');
    const file = await this.#read(workspaceId, path);
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
    if (mode === '160000') return { kind: 'not-text', reason: 'submodule', mode, sha, size };
    const decoded = decodeTextFile(file.bytes);
    return decoded.kind === 'text'
      ? { kind: 'text', text: decoded.text, mode, sha }
      : { kind: 'not-text', reason: decoded.reason, mode, sha, size };
  }

  async raw(
    account: Account,
    workspaceId: string,
    path: string,
  ): Promise<{ bytes: Uint8Array; sha: string }> {
    await this.workspaces.require(account, workspaceId, 'read');
    const file = await this.#read(workspaceId, path);
    if (!file) throw new ProtocolError('not-found', `${path} is not in the last commit of this branch.`);
    return file;
  }

  async #read(
    workspaceId: string,
    path: string,
  ): Promise<{ bytes: Uint8Array; mode: FileMode; sha: string; size: number } | null> {
    const row = await this.files.row(workspaceId, path);
    return this.workspaces.readBase(workspaceId, row?.kind === 'moved' && row.fromPath ? row.fromPath : path);
  }
}
