import { Injectable } from '@nestjs/common';
import * as Y from 'yjs';
import { DocumentService } from '../document/document.service.js';
import { decodeTextFile } from '../document/text-file.js';
import type { PendingChange } from '../file/file-change.service.js';
import { FileStyleService } from '../file/file-style.service.js';
import { personActor } from '../platform/actor.js';
import { PresenceService } from '../presence/presence.service.js';
import type { Presence } from '../protocol/presence.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { tidyText } from './tidy-text.js';

/**
 * Before a commit: trailing whitespace and the final newline of what is
 * committed, as `.editorconfig` says (EDT11). It is an edit of the live text,
 * by whoever commits: everybody sees it, and what is committed is what is shown.
 */
@Injectable()
export class CommitTidyService {
  constructor(
    private readonly styles: FileStyleService,
    private readonly documents: DocumentService,
    private readonly workspaces: WorkspaceService,
    private readonly presence: PresenceService,
  ) {}

  /** @returns whether anything was changed */
  async tidy(account: Account, workspaceId: string, chosen: readonly PendingChange[]): Promise<boolean> {
    let tidied = false;
    for (const { path, document, basePath } of chosen) {
      if (!document) continue;
      const config = await this.styles.editorConfig(workspaceId, path);
      if (!config.trimTrailingWhitespace && !config.insertFinalNewline) continue;
      const base = basePath === null ? '' : await this.#baseText(workspaceId, basePath);
      if (base === null) continue;
      const present = await this.presence.everywhere(workspaceId);
      await this.documents.changeText(
        document.id,
        (text, doc) => {
          const neat = tidyText(base, text, config, cursorsIn(doc, path, present));
          tidied ||= neat !== text;
          return neat;
        },
        personActor(account.id),
      );
    }
    return tidied;
  }

  async #baseText(workspaceId: string, path: string): Promise<string | null> {
    const base = await this.workspaces.readBase(workspaceId, path);
    const decoded = base && decodeTextFile(base.bytes);
    return decoded?.kind === 'text' ? decoded.text : null;
  }
}

/** Where people are in a file. */
function cursorsIn(doc: Y.Doc, path: string, present: readonly Presence[]): number[] {
  return present.flatMap(({ cursor }) => {
    if (cursor?.path !== path) return [];
    const position = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(cursor.head), doc);
    return position ? [position.index] : [];
  });
}
