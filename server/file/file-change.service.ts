import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { AuthService } from '../auth/auth.service.js';
import { DocumentHistoryService } from '../document/document-history.service.js';
import { DocumentService } from '../document/document.service.js';
import { decodeTextFile } from '../document/text-file.js';
import type { FileChange, workspaceFiles } from '../protocol/file.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileRepository } from './file.repository.js';
import { countLines } from './line-counts.js';
import { ObjectService } from '../object/object.service.js';
import { DocumentBytesService } from './document-bytes.service.js';
import type { Overlay, OverlayFile } from './overlay.js';
import { OverlayService } from './overlay.service.js';

type DocumentRecord = Awaited<ReturnType<DocumentService['list']>>[number];
type ObjectRecord = Awaited<ReturnType<ObjectService['keep']>>;

/** Of this many deleted files the lines are counted; a deleted folder of thousands is not read for it. */
const COUNTED_DELETIONS = 50;
/** Documents whose comparison with the base is remembered. */
const REMEMBERED = 5_000;

/** What a text differs in from its base, true for one sequence number of one document and one base. */
type Comparison = {
  seq: number;
  baseSha: string | null;
  /** Its line ends and byte order mark. */
  style: string;
  /** Whether its bytes are the base's. */
  isSame: boolean;
  additions: number;
  deletions: number;
  authors: string[];
};

/** A change with what a commit needs to know of it. */
export type PendingChange = {
  path: string;
  status: FileChange['status'];
  /** The path at the base commit that this change takes away: its own when deleted, its origin when renamed. */
  vacates: string | null;
  /** Where in the base its content is compared to. */
  basePath: string | null;
  file: OverlayFile | null;
  document: DocumentRecord | null;
  /** The bytes of a file that is no text. */
  object: ObjectRecord | null;
  mode: FileChange['mode'];
  additions: number | null;
  deletions: number | null;
  /** User ids. */
  authors: string[];
};

/** What the overlay holds beyond the base commit: path by path, what a commit would change. */
@Injectable()
export class FileChangeService {
  readonly #compared = new Map<string, Comparison>();

  constructor(
    private readonly files: FileRepository,
    private readonly overlays: OverlayService,
    private readonly workspaces: WorkspaceService,
    private readonly documents: DocumentService,
    private readonly histories: DocumentHistoryService,
    private readonly auth: AuthService,
    private readonly objects: ObjectService,
    private readonly bytes: DocumentBytesService,
  ) {}

  async list(account: Account, workspaceId: string): Promise<z.infer<typeof workspaceFiles>> {
    await this.workspaces.require(account, workspaceId, 'read');
    const { overlay, baseCommit } = await this.overlays.load(workspaceId);
    return { baseCommit, changes: await this.#toFileChanges(await this.pending(workspaceId, overlay)) };
  }

  async changes(account: Account, workspaceId: string): Promise<FileChange[]> {
    await this.workspaces.require(account, workspaceId, 'read');
    const { overlay } = await this.overlays.load(workspaceId);
    return this.#toFileChanges(await this.pending(workspaceId, overlay));
  }

  /** In the order of their paths. */
  async pending(workspaceId: string, overlay: Overlay): Promise<PendingChange[]> {
    const documents = new Map(
      (await this.documents.list(workspaceId)).map((document) => [document.path, document]),
    );
    const objectIds = [...overlay.files.own.values()]
      .map((file) => file.objectId)
      .filter((id) => id !== null);
    const objects = await this.objects.find(objectIds);
    const changes: PendingChange[] = [];
    // What was neither moved nor opened is as it was.
    for (const path of new Set([...overlay.files.own.keys(), ...documents.keys()])) {
      const file = overlay.files.get(path);
      if (!file) continue;
      const object = file.objectId === null ? undefined : objects.get(file.objectId);
      const change = object
        ? compareObject(overlay, file, object)
        : await this.#compareFile(workspaceId, overlay, file, documents.get(path) ?? null);
      if (change) changes.push(change);
    }
    const deleted = overlay.deleted();
    for (const { path, mode } of deleted) {
      const counted = deleted.length <= COUNTED_DELETIONS ? await this.#baseText(workspaceId, path) : null;
      changes.push({
        path,
        status: 'deleted',
        vacates: path,
        basePath: path,
        file: null,
        document: null,
        object: null,
        mode,
        additions: counted && 0,
        deletions: counted && countLines(counted.text, '').deletions,
        authors: [],
      });
    }
    return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #compareFile(
    workspaceId: string,
    overlay: Overlay,
    file: OverlayFile,
    document: DocumentRecord | null,
  ): Promise<PendingChange | null> {
    const { path, origin, mode } = file;
    const isMoved = origin !== null && origin !== path;
    const mayDiffer = document !== null && (origin === null || document.nextSeq - 1 > document.cleanSeq);
    if (!isMoved && !mayDiffer && origin !== null) return null;
    const basePath = overlay.basePath(file);
    const base = basePath === null ? undefined : overlay.base.get(basePath);
    const compared =
      document && mayDiffer ? await this.#compare(workspaceId, document, basePath, base?.sha ?? null) : null;
    const isSame = compared === null || compared.isSame;
    if (!isMoved && base && isSame && base.mode === mode) return null;
    return {
      path,
      status: isMoved ? 'renamed' : base ? 'modified' : 'added',
      vacates: isMoved ? origin : null,
      basePath,
      file,
      document,
      object: null,
      mode,
      additions: compared?.additions ?? 0,
      deletions: compared?.deletions ?? 0,
      authors: compared?.authors ?? [],
    };
  }

  async #compare(
    workspaceId: string,
    document: DocumentRecord,
    basePath: string | null,
    baseSha: string | null,
  ): Promise<Comparison> {
    const known = this.#compared.get(document.id);
    const style = `${document.lineEnding} ${document.byteOrderMark} ${document.objectId}`;
    if (known?.seq === document.nextSeq - 1 && known.baseSha === baseSha && known.style === style)
      return known;
    const base = basePath === null ? null : await this.#baseText(workspaceId, basePath);
    const { text, seq } = await this.documents.read(document.id);
    const before = base?.text ?? '';
    const isSame =
      base !== null &&
      text === before &&
      sameBytes(await this.bytes.encode(workspaceId, text, document, basePath), base.bytes);
    if (isSame && base.sha === document.baseSha) await this.files.recordClean(document.id, seq);
    const compared: Comparison = {
      seq,
      baseSha,
      style,
      isSame,
      ...(text === before ? { additions: 0, deletions: 0 } : countLines(before, text)),
      authors: text === before ? [] : await this.histories.authors(document.id, before),
    };
    this.#compared.delete(document.id);
    this.#compared.set(document.id, compared);
    for (const oldest of this.#compared.keys()) {
      if (this.#compared.size <= REMEMBERED) break;
      this.#compared.delete(oldest);
    }
    return compared;
  }

  async #baseText(
    workspaceId: string,
    path: string,
  ): Promise<{ text: string; sha: string; bytes: Uint8Array } | null> {
    const base = await this.workspaces.readBase(workspaceId, path);
    if (!base || base.mode === '120000' || base.mode === '160000') return null;
    const decoded = decodeTextFile(base.bytes);
    return decoded.kind === 'text' ? { text: decoded.text, sha: base.sha, bytes: base.bytes } : null;
  }

  async #toFileChanges(pending: PendingChange[]): Promise<FileChange[]> {
    const people = await this.auth.peopleById([...new Set(pending.flatMap((change) => change.authors))]);
    return pending.map(({ path, status, vacates, object, mode, additions, deletions, authors }) => ({
      path,
      status,
      fromPath: status === 'renamed' && vacates !== null ? vacates : undefined,
      mode,
      additions,
      deletions,
      authors: authors.map((id) => people.get(id)).filter((person) => person !== undefined),
      sha: object?.sha ?? undefined,
    }));
  }
}

function compareObject(overlay: Overlay, file: OverlayFile, object: ObjectRecord): PendingChange | null {
  const { path, mode } = file;
  const base = overlay.base.get(path);
  if (base && base.sha === object.sha && base.mode === mode) return null;
  return {
    path,
    status: base ? 'modified' : 'added',
    vacates: null,
    basePath: base ? path : null,
    file,
    document: null,
    object,
    mode,
    additions: null,
    deletions: null,
    authors: [object.userId],
  };
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
