import { Injectable } from '@nestjs/common';
import type { DocumentStyle } from '../document/document.service.js';
import { encodeTextFile } from '../document/text-file.js';
import { ObjectService } from '../object/object.service.js';
import { WorkspaceService } from '../workspace/workspace.service.js';

/** What a text is as a file: its own bytes, in its own style (DOC10). */
@Injectable()
export class DocumentBytesService {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly objects: ObjectService,
  ) {}

  /** @param basePath where in the base commit its unchanged lines have their ends */
  async encode(
    workspaceId: string,
    text: string,
    style: DocumentStyle,
    basePath: string | null,
  ): Promise<Uint8Array> {
    if (style.lineEnding !== 'mixed') return encodeTextFile(text, style);
    if (style.objectId !== null) return encodeTextFile(text, style, await this.objects.read(style.objectId));
    const base = basePath === null ? null : await this.workspaces.readBase(workspaceId, basePath);
    return encodeTextFile(text, style, base?.bytes);
  }
}
