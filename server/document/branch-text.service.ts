import { Injectable } from '@nestjs/common';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { DocumentRoom } from './document-room.js';
import { DocumentUpdateRepository } from './document-update.repository.js';
import { DocumentRepository } from './document.repository.js';
import { decodeTextFile } from './text-file.js';

export type BranchText = { path: string; text: string };

/** Texts as they stand in a branch by now, for what the server itself reads of it: not yet committed ones too. */
@Injectable()
export class BranchTextService {
  constructor(
    private readonly documents: DocumentRepository,
    private readonly updates: DocumentUpdateRepository,
    private readonly workspaces: WorkspaceService,
  ) {}

  /** The files called `name` in the folders that `path` lies in, the root's first. */
  async above(workspaceId: string, path: string, name: string): Promise<BranchText[]> {
    const wanted = foldersOf(path).map((folder) => folder + name);
    const sources = await this.documents.sources(workspaceId, wanted);
    const texts: BranchText[] = [];
    for (const each of wanted) {
      const source = sources.get(each);
      const text =
        source === undefined || source === null
          ? null
          : 'documentId' in source
            ? await this.#live(source.documentId)
            : await this.#committed(workspaceId, source.basePath);
      if (text !== null) texts.push({ path: each, text });
    }
    return texts;
  }

  /** What is durable: nobody has to have it open. */
  async #live(documentId: string): Promise<string | null> {
    const stored = await this.updates.load(documentId);
    return stored ? new DocumentRoom(stored, new Map()).text().toString() : null;
  }

  async #committed(workspaceId: string, path: string): Promise<string | null> {
    const base = await this.workspaces.readBase(workspaceId, path);
    if (!base || base.mode === '120000' || base.mode === '160000') return null;
    const decoded = decodeTextFile(base.bytes);
    return decoded.kind === 'text' ? decoded.text : null;
  }
}

/** `''`, `a/` and `a/b/` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`)];
}
