import { Injectable } from '@nestjs/common';
import { gitActor } from '../platform/actor.js';
import type { DocumentState } from '../protocol/document.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService, type WorkspaceAccess } from '../workspace/workspace.service.js';
import { seedUpdate } from './document-seed.js';
import { DocumentRepository, type DocumentRecord } from './document.repository.js';
import { GitAttributesService } from './git-attributes.service.js';
import { decodeTextFile } from './text-file.js';

export type OpenedPath =
  | { kind: 'live'; record: DocumentRecord }
  | Extract<DocumentState, { kind: 'not-text' }>;

/** What a path of a branch opens: its document, made of the base commit's text where it has none yet (DOC1). */
@Injectable()
export class DocumentOpener {
  constructor(
    private readonly documents: DocumentRepository,
    private readonly workspaces: WorkspaceService,
    private readonly attributes: GitAttributesService,
  ) {}

  /** @throws {ProtocolError} `not-found`, `unavailable` */
  async find(access: WorkspaceAccess, path: string): Promise<OpenedPath> {
    const found = await this.documents.findByPath(access.workspaceId, path);
    if (found) return { kind: 'live', record: found };
    const object = await this.documents.objectAt(access.workspaceId, path);
    if (object) {
      const { reason, size, sha } = object;
      return { kind: 'not-text', reason: reason ?? 'binary', size, sha: sha ?? undefined };
    }
    const source = await this.documents.basePath(access.workspaceId, path);
    const base = source === null ? null : await this.workspaces.readBase(access.workspaceId, source);
    if (!base || source === null)
      throw new ProtocolError('not-found', `${path} is not in this branch any more.`);
    if (base.mode === '120000') {
      return {
        kind: 'not-text',
        reason: 'symlink',
        size: base.size,
        target: new TextDecoder().decode(base.bytes),
      };
    }
    if (base.mode === '160000') return { kind: 'not-text', reason: 'submodule', size: 0 };
    const decoded = decodeTextFile(base.bytes);
    if (decoded.kind === 'not-text')
      return { kind: 'not-text', reason: decoded.reason, size: base.size, sha: base.sha };
    if ((await this.attributes.of(access.workspaceId, path)).binary)
      return { kind: 'not-text', reason: 'binary', size: base.size, sha: base.sha };
    const record = await this.documents.seed(
      {
        workspaceId: access.workspaceId,
        path,
        baseSha: base.sha,
        mode: base.mode,
        lineEnding: decoded.lineEnding,
        byteOrderMark: decoded.byteOrderMark,
        cleanSeq: 1,
      },
      { ...seedUpdate(decoded.text), actor: gitActor(base.sha) },
      { commit: base.commit, path: source },
    );
    return { kind: 'live', record };
  }
}
