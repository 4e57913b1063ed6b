import type { DocumentStyle } from '../document/document.service.js';
import type { StoredText } from '../document/stored-document.service.js';
import type { Overlay, OverlayFile } from '../file/overlay.js';
import type { ForgeTree } from '../platform/forge-tree.js';
import type { TreeEntry } from '../protocol/file.js';
import type { ConflictRecord, NewConflict } from './conflict.repository.js';
import type { DocumentMergeService } from './document-merge.service.js';
import type { Incoming } from './incoming.js';
import { mergedMode, type DocumentChange, type MergePlan } from './merge-plan.js';
import { NewNames } from './new-names.js';

type DocumentRecord = StoredText['record'];
type Given = {
  place: { owner: string; repo: string };
  overlay: Overlay;
  documents: readonly DocumentRecord[];
  incoming: Incoming;
  tree: ForgeTree;
  objectShas: ReadonlyMap<string, string | null>;
  open: readonly ConflictRecord[];
  merging: DocumentMergeService;
  commitSha: string;
};
type Made = Omit<MergePlan, 'from' | 'to' | 'tree' | 'mark' | 'places' | 'touched' | 'paths'>;

const NO_STYLE: Partial<DocumentStyle> = {};

/**
 * One push against one room, file by file. A file of the base is followed by
 * itself on both sides: where each has moved it, and what each has made of
 * it. Whatever of ours cannot be had together with theirs stays ours, and
 * what came in is told as a conflict.
 */
export class MergePlanning {
  readonly #documents: Map<string, DocumentRecord>;
  readonly #files = new Map<string, OverlayFile>();
  readonly #gone = new Set<string>();
  readonly #changes = new Map<string, DocumentChange>();
  readonly #conflicts: NewConflict[] = [];
  readonly #superseded = new Map<string, ConflictRecord>();
  readonly #deleted: string[] = [];
  readonly #replaced: string[] = [];

  constructor(private readonly given: Given) {
    this.#documents = new Map(given.documents.map((record) => [record.path, record]));
  }

  async make(): Promise<Made> {
    const { overlay, incoming } = this.given;
    const moves = overlay.moves();
    const replacing = new Set<string>();
    for (const file of overlay.files.own.values()) {
      const entry = file.origin === null ? null : overlay.base.get(file.origin);
      if (entry) await this.#moved(file, entry);
      else {
        const replaced = moves.has(file.path) ? undefined : overlay.base.get(file.path);
        if (replaced) replacing.add(file.path);
        await this.#made(file, replaced ?? null);
      }
    }
    for (const entry of overlay.deleted()) if (!replacing.has(entry.path)) await this.#deletedByUs(entry);
    for (const [path, { before }] of incoming.differences)
      if (before && !overlay.files.own.has(path) && !overlay.files.gone.has(path))
        await this.#untouched(before);
    this.#findRivals();
    this.#supersedeFiles();
    const documents = [...this.#changes.values()];
    return {
      files: [...this.#files.values()],
      gone: [...this.#gone],
      documents,
      conflicts: this.#conflicts,
      superseded: [...this.#superseded.values()],
      moved: documents.flatMap(({ record, path }) =>
        path === null || path === record.path ? [] : [{ from: record.path, to: path }],
      ),
      deleted: this.#deleted,
      replaced: this.#replaced,
    };
  }

  /** A file of the base that we have moved, or keep a row of. */
  async #moved(file: OverlayFile, entry: TreeEntry): Promise<void> {
    const theirs = this.given.incoming.of(entry);
    const record = this.#documents.get(file.path);
    if (!theirs) {
      if (record) await this.#keepDeleted(record, file.path, file.mode, entry);
      // Its content is in the history, and nothing of ours was in it but its place.
      else this.#deleted.push(file.path);
      return;
    }
    const path = file.path === file.origin ? this.#home(file.path, theirs) : file.path;
    const mode = mergedMode(file.mode, entry.mode, theirs.mode);
    const outcome = record ? await this.#mergeText(record, entry, theirs, path) : 'merged';
    if (outcome === 'gone') this.#replaced.push(path);
    this.#files.set(path, {
      ...file,
      path,
      mode,
      ...(outcome === 'kept'
        ? { origin: null, blobSha: null, documentId: record?.id ?? null }
        : { origin: theirs.path, blobSha: theirs.sha }),
      ...(outcome === 'gone' && { documentId: null }),
    });
  }

  /** Where a file goes that they have moved and we have not: along, unless a file of ours stands there. */
  #home(path: string, theirs: TreeEntry): string {
    return theirs.path !== path && this.given.overlay.files.own.has(theirs.path) ? path : theirs.path;
  }

  /** A file that is ours alone, or that stands in the place of one of the base. */
  async #made(file: OverlayFile, replaced: TreeEntry | null): Promise<void> {
    const { incoming, objectShas } = this.given;
    const { path } = file;
    const theirs = replaced ? incoming.of(replaced) : incoming.made(path);
    const isTouched = replaced ? theirs !== replaced : theirs !== null;
    // Where theirs has gone elsewhere, both are there.
    if (!isTouched || (theirs && theirs.path !== path)) {
      this.#files.set(path, file);
      return;
    }
    const record = this.#documents.get(path);
    if (!theirs) {
      this.#files.set(path, file);
      const { objectId } = file;
      this.#find({
        kind: 'deleted-theirs',
        path,
        documentId: record?.id ?? null,
        objectId,
        incomingPath: path,
      });
      return;
    }
    if (file.objectId !== null && objectShas.get(file.objectId) === theirs.sha) return;
    const outcome = record ? await this.#mergeText(record, replaced, theirs, path) : 'kept';
    if (outcome === 'gone') {
      this.#replaced.push(path);
      return;
    }
    if (outcome === 'merged') {
      const mode = mergedMode(file.mode, replaced?.mode ?? '100644', theirs.mode);
      this.#files.set(path, { ...file, origin: path, blobSha: theirs.sha, mode });
      return;
    }
    this.#files.set(path, file);
    const { objectId } = file;
    if (!record) this.#find({ kind: 'binary', path, objectId, incomingPath: path, incomingSha: theirs.sha });
  }

  async #deletedByUs(entry: TreeEntry): Promise<void> {
    const theirs = this.given.incoming.of(entry);
    if (!theirs) return;
    this.#gone.add(theirs.path);
    const isOpen = this.given.open.some(
      ({ kind, incomingPath }) => kind === 'deleted-ours' && incomingPath === entry.path,
    );
    if (theirs.sha === entry.sha && !(isOpen && theirs !== entry)) return;
    this.#find({
      kind: 'deleted-ours',
      path: theirs.path,
      incomingPath: theirs.path,
      incomingSha: theirs.sha,
      baseText: await this.given.merging.text(this.given.place, entry),
      incomingText: await this.given.merging.text(this.given.place, theirs),
    });
  }

  /** A file of the base that is where it was: its document, where it has one, goes along. */
  async #untouched(entry: TreeEntry): Promise<void> {
    const { path } = entry;
    const record = this.#documents.get(path);
    if (!record) return;
    const theirs = this.given.incoming.of(entry);
    if (!theirs) {
      if (await this.given.merging.isChanged(this.given.place, record, entry))
        await this.#keepDeleted(record, path, entry.mode, entry);
      else this.#remove(record, path);
      return;
    }
    const home = this.#home(path, theirs);
    const file = { path: home, mode: theirs.mode, documentId: record.id, objectId: null };
    const outcome = await this.#mergeText(record, entry, theirs, home);
    if (outcome === 'kept')
      this.#files.set(home, { ...file, mode: record.mode, origin: null, blobSha: null });
    else if (outcome === 'gone') {
      if (theirs.path !== path) this.#deleted.push(path);
      this.#replaced.push(theirs.path);
    } else if (home !== theirs.path)
      this.#files.set(home, { ...file, origin: theirs.path, blobSha: theirs.sha });
  }

  /** They have deleted what we have changed: it is a file of ours from now on. */
  async #keepDeleted(
    record: DocumentRecord,
    path: string,
    mode: OverlayFile['mode'],
    entry: TreeEntry,
  ): Promise<void> {
    const kept = { path, origin: null, blobSha: null, mode, documentId: record.id, objectId: null };
    this.#files.set(path, kept);
    this.#change(record, { path, set: { baseSha: null } });
    this.#supersedeAll(record);
    this.#find({
      kind: 'deleted-theirs',
      path,
      documentId: record.id,
      generation: record.generation,
      incomingPath: entry.path,
      baseText: await this.given.merging.text(this.given.place, entry),
    });
  }

  /**
   * @param path where the document is to be
   * @returns `kept` where ours cannot be merged and stays above what came in, `gone` where it was nothing but the base's
   */
  async #mergeText(
    record: DocumentRecord,
    base: TreeEntry | null,
    theirs: TreeEntry,
    path: string,
  ): Promise<'merged' | 'kept' | 'gone'> {
    const { merging, place, open } = this.given;
    const ofDocument = open.filter(({ documentId, kind }) => documentId === record.id && kind === 'text');
    const merge = await merging.merge(place, record, base, theirs, ofDocument);
    if (merge.kind === 'not-text') {
      if (!merge.isChanged) {
        this.#remove(record, null);
        return 'gone';
      }
      this.#change(record, { path });
      this.#find({
        kind: 'binary',
        path,
        documentId: record.id,
        generation: record.generation,
        incomingPath: theirs.path,
        incomingSha: theirs.sha,
      });
      for (const each of ofDocument) this.#superseded.set(each.id, each);
      return 'kept';
    }
    const mode = mergedMode(record.mode, base?.mode ?? '100644', theirs.mode);
    this.#change(record, {
      seq: merge.seq,
      path,
      edit: merge.edit,
      isClean: merge.isClean,
      set: { ...merge.style, baseSha: theirs.sha, mode: mode === '100755' ? mode : '100644' },
    });
    for (const each of merge.superseded) this.#superseded.set(each.id, each);
    for (const { start, end, current, incoming, base: before } of merge.conflicts)
      this.#find({
        kind: 'text',
        path,
        documentId: record.id,
        generation: record.generation,
        startPosition: start,
        endPosition: end,
        currentText: current,
        incomingText: incoming,
        baseText: before,
        incomingPath: theirs.path,
        incomingSha: theirs.sha,
      });
    return 'merged';
  }

  #change(record: DocumentRecord, change: Partial<DocumentChange>): void {
    const unchanged = { seq: record.nextSeq - 1, path: record.path, edit: null, isClean: false };
    this.#changes.set(record.id, { record, ...unchanged, set: NO_STYLE, ...change });
  }

  /** @param deleted its path, where nothing stands there any more */
  #remove(record: DocumentRecord, deleted: string | null): void {
    this.#change(record, { path: null });
    if (deleted !== null) this.#deleted.push(deleted);
    this.#supersedeAll(record);
  }

  #supersedeAll({ id }: DocumentRecord): void {
    for (const each of this.given.open) if (each.documentId === id) this.#superseded.set(each.id, each);
  }

  /** New names of theirs that cannot stand beside files of ours. */
  #findRivals(): void {
    const { incoming, overlay } = this.given;
    const names = new NewNames(incoming.newNames());
    const moves = overlay.moves();
    for (const file of this.#files.values()) {
      const isInPlace = file.origin !== null && file.origin !== file.path && !moves.has(file.path);
      const changed = isInPlace ? incoming.differences.get(file.path) : undefined;
      // What a file of ours has taken the place of was changed there.
      const rival = names.rivalOf(file.path) ?? (changed?.after ? file.path : null);
      if (rival === null || rival === file.origin || this.#gone.has(rival)) continue;
      // A file that both made is merged, not a rival.
      if (rival === file.path && incoming.made(rival) && overlay.files.get(rival)?.origin === null) continue;
      const documentId = file.documentId ?? this.#documentAt(file.path);
      const incomingSha = this.given.tree.files.get(rival)?.sha ?? null;
      const { path, objectId } = file;
      this.#find({ kind: 'path', path, documentId, objectId, incomingPath: rival, incomingSha });
    }
  }

  #documentAt(path: string): string | null {
    for (const { record, path: now } of this.#changes.values()) if (now === path) return record.id;
    return this.#documents.get(path)?.id ?? null;
  }

  /** What was open about whole files is told anew where this push has touched them again. */
  #supersedeFiles(): void {
    const { open, incoming, tree } = this.given;
    for (const each of open) {
      if (each.kind === 'text') continue;
      const isTouched = [each.path, each.incomingPath].some(
        (path) => path !== null && incoming.isTouched(path),
      );
      const stands = each.kind === 'path' && each.incomingPath !== null && tree.files.has(each.incomingPath);
      if (isTouched && !stands) this.#superseded.set(each.id, each);
    }
  }

  #find(found: Omit<NewConflict, 'commitSha'>): void {
    this.#conflicts.push({ ...found, commitSha: this.given.commitSha });
  }
}
