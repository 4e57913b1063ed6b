import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { CommittedFile } from '../../db/schema/commit.js';
import { DocumentService } from '../document/document.service.js';
import { DocumentBytesService } from '../file/document-bytes.service.js';
import type { PendingChange } from '../file/file-change.service.js';
import { FileNames } from '../file/file-name.js';
import { LayeredMap } from '../file/layered-map.js';
import type { Overlay } from '../file/overlay.js';
import { ObjectService } from '../object/object.service.js';
import { GithubClient } from '../platform/github-client.js';
import type { TreeChange } from '../platform/github-objects.js';
import { ProtocolError } from '../protocol/error.js';
import type { WorkspaceAccess } from '../workspace/workspace.service.js';

/** Larger texts go as blobs: the tree's request would grow too large. Bytes. */
const INLINE_MAX = 256_000;
/** Of all inline texts of one tree together. Bytes. */
const INLINE_TOTAL_MAX = 4_000_000;

export type CommitContent = { tree: TreeChange[]; files: CommittedFile[] };

/** What chosen changes are in git's terms: exact bytes, paths and modes (GIT4). */
@Injectable()
export class CommitContentService {
  constructor(
    private readonly documents: DocumentService,
    private readonly bytes: DocumentBytesService,
    private readonly objects: ObjectService,
  ) {}

  /**
   * Reads each text once, and remembers which sequence number it is of: what is typed later stays uncommitted.
   *
   * @param github as whoever commits
   */
  async collect(
    github: GithubClient,
    access: WorkspaceAccess,
    chosen: readonly PendingChange[],
  ): Promise<CommitContent> {
    const tree: TreeChange[] = [];
    const files: CommittedFile[] = [];
    const placed = new Set(chosen.filter((change) => change.file).map((change) => change.path));
    let inline = 0;
    for (const change of chosen) {
      const { path, mode, vacates, file, object } = change;
      if (vacates !== null && !placed.has(vacates)) tree.push({ path: vacates, mode, sha: null });
      if (!file) {
        files.push({ path, sha: null, mode, fromPath: null, documentId: null, seq: null });
        continue;
      }
      if (object) {
        // One at a time: each is in memory as a whole while it is sent.
        const { owner, repo } = access.repository;
        const sha = await github.createBlob(owner, repo, await this.objects.read(object.id));
        tree.push({ path, mode, sha });
        files.push({ path, sha, mode, fromPath: null, documentId: null, seq: null, objectId: object.id });
        continue;
      }
      const written = await this.#written(access.workspaceId, change);
      const fromPath = change.status === 'renamed' ? vacates : null;
      if (!written) {
        if (file.blobSha === null) throw new Error(`${path} has neither text nor blob`);
        tree.push({ path, mode, sha: file.blobSha });
        files.push({ path, sha: file.blobSha, mode, fromPath, documentId: null, seq: null });
        continue;
      }
      const { bytes, text, documentId, seq } = written;
      const sha = blobSha(bytes);
      if (
        isExactly(text, bytes) &&
        bytes.byteLength <= INLINE_MAX &&
        inline + bytes.byteLength <= INLINE_TOTAL_MAX
      ) {
        inline += bytes.byteLength;
        tree.push({ path, mode, content: text });
      } else {
        const { owner, repo } = access.repository;
        tree.push({ path, mode, sha: await github.createBlob(owner, repo, bytes) });
      }
      files.push({ path, sha, mode, fromPath, documentId, seq });
    }
    return { tree, files };
  }

  async #written(
    workspaceId: string,
    { document, basePath }: PendingChange,
  ): Promise<{ bytes: Uint8Array; text: string; documentId: string; seq: number } | null> {
    if (!document) return null;
    const { text, seq } = await this.documents.read(document.id);
    const bytes = await this.bytes.encode(workspaceId, text, document, basePath);
    const content = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { bytes, text: content, documentId: document.id, seq };
  }
}

/** @throws {ProtocolError} `unprocessable` where the chosen changes need others to stand */
export function refuseHalfChanges(overlay: Overlay, chosen: readonly PendingChange[]): void {
  const paths = new Set(chosen.map((change) => change.path));
  const moves = overlay.moves();
  const placed = chosen.filter((change) => change.file !== null).map((change) => change.path);
  for (const path of placed) {
    const moved = moves.get(path);
    if (moved !== undefined && moved !== path && !paths.has(moved))
      throw new ProtocolError(
        'unprocessable',
        `${path} took the place of a file that was moved to ${moved}. Choose both; nothing was committed.`,
      );
  }
  const after = new LayeredMap(overlay.base, () => true);
  for (const change of chosen) if (change.vacates !== null) after.delete(change.vacates);
  // What stood there before may stand there, whatever it stands beside.
  const added = placed.filter((path) => !overlay.base.has(path));
  for (const path of placed) if (overlay.base.has(path)) after.restore(path);
  const names = FileNames.around(added, after.keys());
  for (const path of added) {
    const refusal = names.refusal(path);
    if (refusal)
      throw new ProtocolError(
        'unprocessable',
        `${refusal} Choose the change that takes it away too; nothing was committed.`,
      );
    names.add(path);
  }
}

/** The id git gives these bytes. */
export function blobSha(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

/** Whether a JSON string carries these bytes whole: no mark at its start that somebody may drop, nothing replaced. */
function isExactly(text: string, bytes: Uint8Array): boolean {
  return !text.startsWith('\ufeff') && !text.includes('\0') && Buffer.from(text, 'utf8').equals(bytes);
}
