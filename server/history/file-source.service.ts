import { Injectable } from '@nestjs/common';
import type { EventPayloads } from '../protocol/event.js';
import type { TreeEntry } from '../protocol/file.js';
import { ProtocolError } from '../protocol/error.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { FileTrailService } from './file-trail.service.js';
import { askedNames, documentNames, nameAt } from './history-names.js';
import {
  HistoryRepository,
  type FileName,
  type OverlayState,
  type StoredEvent,
} from './history.repository.js';
import { TimelineRepository } from './timeline.repository.js';

/** Where a file of the past is to be found, and what it was called. */
export type Source =
  | { kind: 'document'; path: string; documentId: string; row: number }
  /** Null where the bytes went before the past was kept. */
  | { kind: 'object'; path: string; objectId: string | null }
  | { kind: 'entry'; path: string; entry: TreeEntry }
  | Absent;
type Absent = { kind: 'absent'; was: 'deleted' | 'not-yet' };

const DELETED: Absent = { kind: 'absent', was: 'deleted' };
const NOT_YET: Absent = { kind: 'absent', was: 'not-yet' };

/**
 * Where files were after an event: by the rows of their documents, which
 * are in the order of their times under the document's lock, as events are
 * under the workspace's; else by the overlay and the base commit of then. A
 * file is followed through its moves; where it was not there yet, what stood
 * at its path counts.
 */
@Injectable()
export class FileSourceService {
  constructor(
    private readonly repository: HistoryRepository,
    private readonly trails: FileTrailService,
    private readonly timeline: TimelineRepository,
    private readonly workspaces: WorkspaceService,
  ) {}

  /** For whoever has asked for the right. @throws {ProtocolError} `not-found` of what nobody knows */
  async find(workspaceId: string, path: string, seq: number): Promise<Source> {
    const event = await this.repository.event(workspaceId, seq);
    if (!event)
      throw new ProtocolError('not-found', `Nothing of the number ${seq} has happened in this room.`);
    const source = await this.#source(event, path);
    if (source.kind === 'absent' && !(await this.#isKnown(workspaceId, path)))
      throw new ProtocolError('not-found', `There never was a file ${path} in this room.`);
    return source;
  }

  async #source(event: StoredEvent, path: string): Promise<Source> {
    const { workspaceId, seq } = event;
    const { documentId, places, names } = await this.trails.of(workspaceId, path);
    let absent: Absent = NOT_YET;
    if (documentId !== null) {
      const place = places.findLast(({ eventSeq }) => eventSeq <= seq);
      const row = place ? await this.#rowAfter(event, documentId, askedNames(path, names)) : 0;
      const name = nameAt(names, seq) ?? path;
      if (place?.isThere && row > 0) return { kind: 'document', documentId, row, path: name };
      if (place && row > 0) absent = DELETED;
    }
    for (const name of new Set([nameAt(names, seq) ?? path, path])) {
      const found = await this.#stoodAt(event, name);
      if (found !== NOT_YET) return found;
    }
    return absent;
  }

  /** What anybody found at a path then. */
  async #stoodAt(event: StoredEvent, path: string): Promise<Source> {
    const { workspaceId, seq } = event;
    const documentId = await this.repository.documentAt(workspaceId, path, seq);
    if (documentId !== null) {
      const names = documentNames(await this.repository.places(documentId));
      const row = await this.#rowAfter(event, documentId, names);
      if (row > 0) return { kind: 'document', documentId, row, path };
    }
    const states = await this.repository.states(workspaceId, path, seq);
    const own = states.find((state) => state.path === path);
    if (own?.kind === 'created' && own.hasObject) return { kind: 'object', objectId: own.objectId, path };
    if (own?.kind === 'deleted') return DELETED;
    const basePath = basePathIn(states, path);
    if (basePath === null) return own ? DELETED : NOT_YET;
    // What the overlay or a push had something to do with, and the base has not, is gone.
    const isGone = own !== undefined || (await this.repository.isMergedBy(workspaceId, path, seq));
    return this.#entry(event, basePath, path, isGone ? DELETED : NOT_YET);
  }

  async #entry(
    { workspaceId, seq }: StoredEvent,
    basePath: string,
    path: string,
    absent: Absent,
  ): Promise<Source> {
    const base = await this.repository.baseAt(workspaceId, seq);
    const entry = await this.workspaces.baseEntry(workspaceId, basePath, base ? base.commit : undefined);
    return entry ? { kind: 'entry', path, entry } : absent;
  }

  /** Typing has happened when the next thing happens to the file, or now; anything else when it is told. */
  async #rowAfter(event: StoredEvent, documentId: string, names: readonly FileName[]): Promise<number> {
    const { workspaceId, seq } = event;
    const { row } = event.payload as Partial<EventPayloads['file.edited']>;
    if (event.type !== 'file.edited' || row?.documentId !== documentId)
      return this.repository.rowAt(documentId, workspaceId, seq);
    const about = { types: null, actor: null, names };
    const [next] = await this.timeline.find(workspaceId, about, { after: seq, limit: 1 });
    const following = next === undefined ? undefined : await this.repository.event(workspaceId, next);
    if (!following) return this.repository.lastRow(documentId);
    const own = await this.#firstRowOf(following, documentId, row.seq);
    const last = await this.repository.rowAt(documentId, workspaceId, following.seq);
    return own === null ? last : Math.min(last, own - 1);
  }

  /** Where an event begins in the rows of a document, which are written before it. */
  async #firstRowOf(event: StoredEvent, documentId: string, after: number): Promise<number | null> {
    if (event.type === 'branch.merged') return this.repository.rowBy(documentId, after, event.actor);
    const { row } = event.payload as Partial<EventPayloads['file.edited']>;
    return row?.documentId === documentId ? row.seq : null;
  }

  async #isKnown(workspaceId: string, path: string): Promise<boolean> {
    if (await this.repository.isKnown(workspaceId, path)) return true;
    if (await this.repository.isMergedBy(workspaceId, path, Number.MAX_SAFE_INTEGER)) return true;
    const { tree } = await this.workspaces.baseTree(workspaceId, path);
    return tree.files.has(path);
  }
}

/** Where the base has what stands at a path; null where the overlay has put something else there, or nothing. */
function basePathIn(states: readonly OverlayState[], path: string): string | null {
  const own = states.find((state) => state.path === path);
  if (own?.kind) return own.kind === 'moved' ? own.fromPath : null;
  return states.some((state) => state.kind === 'moved' && state.fromPath === path) ? null : path;
}
