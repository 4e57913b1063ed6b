import { Injectable } from '@nestjs/common';
import { DocumentService } from '../document/document.service.js';
import { EventService } from '../event/event.service.js';
import { EditBurstService } from '../file/edit-burst.service.js';
import { type Overlay, type OverlayFile } from '../file/overlay.js';
import { OverlayService } from '../file/overlay.service.js';
import { personActor } from '../platform/actor.js';
import type { TreeEntry } from '../protocol/file.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { CommitRepository, type CommitRecord } from './commit.repository.js';

/**
 * After the branch has moved to our commit: the overlay comes to lie above
 * it, in one transaction with the base, the record and the event. Only what
 * was committed leaves the overlay; what was typed, moved or deleted
 * meanwhile is told from the new base.
 */
@Injectable()
export class CommitFinishService {
  constructor(
    private readonly commits: CommitRepository,
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly events: EventService,
    private readonly bursts: EditBurstService,
  ) {}

  async finish(record: CommitRecord): Promise<void> {
    const { workspaceId, sha, files } = record;
    const { baseCommit } = await this.workspaces.baseTree(workspaceId);
    // Another way to learn of it was faster; the overlay lies above it already.
    if (baseCommit !== record.parentSha) return this.commits.settle(record.id, 'made');
    await this.overlays.change(workspaceId, async (overlay, transaction) => {
      const rebased = rebase(overlay, record);
      const texts = files
        .filter((file) => file.documentId !== null)
        .toSorted((a, b) => ((a.documentId ?? '') < (b.documentId ?? '') ? -1 : 1));
      for (const { documentId, seq, sha: blob } of texts)
        if (documentId !== null && seq !== null)
          await this.documents.markClean(transaction, documentId, seq, blob);
      if (!(await this.workspaces.moveBase(transaction, workspaceId, record.parentSha, sha)))
        throw new Error(`the base of ${workspaceId} moved under the lock`);
      await this.commits.settleMade(record, transaction);
      const seq = await this.events.append(
        transaction,
        workspaceId,
        'commit.created',
        personActor(record.userId),
        { sha, message: record.message, paths: files.map((file) => file.path) },
      );
      return { seq, overlay: rebased, answer: () => Promise.resolve(null) };
    });
    this.bursts.end(workspaceId);
  }
}

/** The same files as seen from the new commit. A file is followed by its document or its origin, wherever it is by now. */
function rebase(overlay: Overlay, { files }: CommitRecord): Overlay {
  const differences = new Map<string, TreeEntry | null>();
  for (const { path, fromPath, sha } of files) {
    if (fromPath !== null) differences.set(fromPath, null);
    if (sha === null) differences.set(path, null);
  }
  for (const { path, mode, sha } of files) if (sha !== null) differences.set(path, { path, mode, sha });
  const homes = new Map(files.map((file) => [file.fromPath, file.path]));
  const made = new Map(files.map((file) => [file.documentId, file.path]));
  const kept = new Map(files.map((file) => [file.objectId, file.path]));
  return overlay.rebased(differences, (file, base): OverlayFile => {
    const committed =
      file.origin === null
        ? file.documentId !== null
          ? made.get(file.documentId)
          : file.objectId !== null
            ? kept.get(file.objectId)
            : undefined
        : (homes.get(file.origin) ?? file.origin);
    const entry = committed === undefined ? undefined : base.get(committed);
    if (!entry) return { ...file, origin: null };
    return { ...file, origin: entry.path, blobSha: entry.sha, objectId: null };
  });
}
