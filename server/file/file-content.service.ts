import { Injectable } from '@nestjs/common';
import { decodeTextFile } from '../document/text-file.js';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import type { BaseFile } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileRepository } from './file.repository.js';
import { submoduleUrl } from './submodule.js';

/** Files as they stand at the base commit. A moved file is found under its new path too. */
@Injectable()
export class FileContentService {
  constructor(
    private readonly files: FileRepository,
    private readonly workspaces: WorkspaceService,
  ) {}

  async base(account: Account, workspaceId: string, path: string): Promise<BaseFile> {
    const { repository } = await this.workspaces.require(account, workspaceId, 'read');
    const at = await this.#basePath(workspaceId, path);
    const { entries } = await this.workspaces.baseTree(workspaceId);
    const entry = entries.find((each) => each.path === at);
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

  async raw(
    account: Account,
    workspaceId: string,
    path: string,
  ): Promise<{ bytes: Uint8Array; sha: string }> {
    await this.workspaces.require(account, workspaceId, 'read');
    const file = await this.workspaces.readBase(workspaceId, await this.#basePath(workspaceId, path));
    if (!file) throw new ProtocolError('not-found', `${path} is not in the last commit of this branch.`);
    return file;
  }

  /** Where the base commit has what stands at a path now. */
  async #basePath(workspaceId: string, path: string): Promise<string> {
    const row = await this.files.row(workspaceId, path);
    return row?.kind === 'moved' && row.fromPath ? row.fromPath : path;
  }
}
