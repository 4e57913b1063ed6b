import { Injectable } from '@nestjs/common';
import { DocumentHistoryService } from '../document/document-history.service.js';
import { decodeTextFile } from '../document/text-file.js';
import type { EventPayloads } from '../protocol/event.js';
import { ProtocolError } from '../protocol/error.js';
import type { FileMoment } from '../protocol/history.js';
import type { Account } from '../protocol/user.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { fileNames, nameBefore } from './history-names.js';
import {
  HistoryRepository,
  type OverlayState,
  type PlaceRow,
  type StoredEvent,
} from './history.repository.js';
import { TimelineRepository } from './timeline.repository.js';

/** Where a text of the past is to be found. */
type Source =
  | { kind: 'document'; documentId: string; row: number; path: string }
  /** Where the base had nothing, it is `else`. */
  | { kind: 'base'; basePath: string; path: string; else: Absent }
  | Absent;
type Absent = Extract<FileMoment, { kind: 'absent' }>;

const DELETED: Absent = { kind: 'absent', was: 'deleted' };
const NOT_YET: Absent = { kind: 'absent', was: 'not-yet' };

/**
 * Files as they were after an event: by the rows of their documents, which
 * are in the order of their times under the document's lock, as events are
 * under the workspace's; before a file had a document, by the base commit of
 * then. A file is followed through its moves; where it was not there yet, what
 * stood at its path counts.
 */
@Injectable()
export class FileMomentService {
  constructor(
    private readonly repository: HistoryRepository,
    private readonly timeline: TimelineRepository,
    private readonly histories: DocumentHistoryService,
    private readonly workspaces: WorkspaceService,
  ) {}

  async at(account: Account, workspaceId: string, path: string, seq: number): Promise<FileMoment> {
    await this.workspaces.require(account, workspaceId, 'read');
    return this.read(workspaceId, path, seq);
  }

  /** For whoever has asked for the right. @throws {ProtocolError} `not-found`, `not-text`, `too-large` */
  async read(workspaceId: string, path: string, seq: number): Promise<FileMoment> {
    const event = await this.repository.event(workspaceId, seq);
    if (!event)
      throw new ProtocolError('not-found', `Nothing of the number ${seq} has happened in this room.`);
    const source = await this.#source(event, path);
    if (source.kind === 'document') {
      const text = await this.histories.textAt(source.documentId, source.row);
      return { kind: 'text', text, path: source.path };
    }
    if (source.kind === 'base') {
      const text = await this.#baseText(event, source.basePath);
      if (text !== null) return { kind: 'text', text, path: source.path };
    }
    if (!(await this.#isKnown(workspaceId, path)))
      throw new ProtocolError('not-found', `There never was a file ${path} in this room.`);
    return source.kind === 'base' ? source.else : source;
  }

  async #source(event: StoredEvent, path: string): Promise<Source> {
    const { workspaceId, seq } = event;
    const documentId = await this.repository.documentOf(workspaceId, path);
    let absent: Absent = NOT_YET;
    if (documentId !== null) {
      const places = await this.repository.places(documentId);
      const place = places.findLast(({ eventSeq }) => eventSeq <= seq);
      const row = place ? await this.#rowAfter(event, documentId, path, places) : 0;
      if (place?.isThere && row > 0) return { kind: 'document', documentId, row, path: place.path };
      if (place && row > 0) absent = DELETED;
      else {
        const before = await this.#beforeDocument(event, places[0]);
        if (before.kind !== 'absent') return before;
        absent = before;
      }
    }
    const named = await this.#byName(event, path, absent);
    return named.kind === 'absent' && named.was === 'not-yet' ? absent : named;
  }

  /** Before its document was made it was a file of the base, maybe under another name. */
  async #beforeDocument({ workspaceId, seq }: StoredEvent, made: PlaceRow | undefined): Promise<Source> {
    if (!made) return NOT_YET;
    const moves = await this.repository.moves(workspaceId, seq, made.eventSeq);
    const name = moves.reduce(nameBefore, made.path);
    const states = await this.repository.states(workspaceId, name, seq);
    // A move that was taken back since.
    const moved = states.find((state) => state.kind === 'moved' && state.fromPath === name);
    if (moved) return { kind: 'base', basePath: name, path: moved.path, else: NOT_YET };
    if (states.some((state) => state.path === name && state.kind === 'deleted')) return DELETED;
    const basePath = basePathIn(states, name);
    return basePath === null ? NOT_YET : { kind: 'base', basePath, path: name, else: NOT_YET };
  }

  async #byName({ workspaceId, seq }: StoredEvent, path: string, absent: Absent): Promise<Source> {
    const documentId = await this.repository.documentAt(workspaceId, path, seq);
    if (documentId !== null) {
      const row = await this.repository.rowAt(documentId, workspaceId, seq);
      if (row > 0) return { kind: 'document', documentId, row, path };
    }
    const states = await this.repository.states(workspaceId, path, seq);
    const own = states.find((state) => state.path === path);
    if (own?.kind === 'created' && own.hasObject) throw notText(path);
    if (own?.kind === 'deleted') return DELETED;
    const basePath = basePathIn(states, path);
    return basePath === null ? NOT_YET : { kind: 'base', basePath, path, else: absent };
  }

  /** Typing has happened when the next thing happens to the file, or now; anything else when it is told. */
  async #rowAfter(
    event: StoredEvent,
    documentId: string,
    path: string,
    places: readonly PlaceRow[],
  ): Promise<number> {
    const { workspaceId, seq } = event;
    const { row } = event.payload as Partial<EventPayloads['file.edited']>;
    if (event.type !== 'file.edited' || row?.documentId !== documentId)
      return this.repository.rowAt(documentId, workspaceId, seq);
    const about = { types: null, actor: null, names: fileNames(path, places) };
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

  async #baseText({ workspaceId, seq }: StoredEvent, path: string): Promise<string | null> {
    const base = await this.repository.baseAt(workspaceId, seq);
    const file = await this.workspaces.readBase(workspaceId, path, base ? base.commit : undefined);
    if (!file) return null;
    const decoded = file.mode === '120000' || file.mode === '160000' ? null : decodeTextFile(file.bytes);
    if (decoded?.kind === 'text') return decoded.text;
    if (decoded?.reason === 'too-large')
      throw new ProtocolError('too-large', `${path} was larger then than Perch shows as text.`);
    throw notText(path);
  }

  async #isKnown(workspaceId: string, path: string): Promise<boolean> {
    if (await this.repository.isKnown(workspaceId, path)) return true;
    const { tree } = await this.workspaces.baseTree(workspaceId, path);
    return tree.files.has(path);
  }
}

const notText = (path: string) =>
  new ProtocolError('not-text', `${path} was no text then, so it cannot be shown here.`);

/** Where the base has what stands at a path; null where the overlay has put something else there, or nothing. */
function basePathIn(states: readonly OverlayState[], path: string): string | null {
  const own = states.find((state) => state.path === path);
  if (own?.kind) return own.kind === 'moved' ? own.fromPath : null;
  return states.some((state) => state.kind === 'moved' && state.fromPath === path) ? null : path;
}
