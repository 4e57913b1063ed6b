import { Injectable } from '@nestjs/common';
import { OverlayService } from '../file/overlay.service.js';
import { ProtocolError } from '../protocol/error.js';
import { documentNames } from './history-names.js';
import { HistoryRepository, type FileName, type PlaceRow } from './history.repository.js';
import { RenameService } from './rename.service.js';
import { TrailRepository, type Naming } from './trail.repository.js';

/** What a file was called, in the order of its names, and the document it has or had last. */
export type Trail = { documentId: string | null; places: PlaceRow[]; names: FileName[] };

/** Longer chains of names are cut off at their beginning. */
const NAMES_MAX = 50;
/** Pushes that are looked through for the one that renamed a file; each may be two requests to the forge. */
const MERGES_MAX = 20;

/**
 * Follows a file through its names: by where its document stood while it has
 * one; before that, and where it never had, back through the moves, what took
 * them back, and the renames that pushes from outside have brought.
 */
@Injectable()
export class FileTrailService {
  constructor(
    private readonly history: HistoryRepository,
    private readonly trails: TrailRepository,
    private readonly renames: RenameService,
    private readonly overlays: OverlayService,
  ) {}

  /** @param path as the file is called now, or was once */
  async of(workspaceId: string, path: string): Promise<Trail> {
    const live = await this.history.liveDocument(workspaceId, path);
    const isThere = live !== null || (await this.#isThere(workspaceId, path));
    const documentId = live ?? (isThere ? null : await this.history.lastDocument(workspaceId, path));
    if (documentId !== null) {
      const places = await this.history.places(documentId);
      const [first, ...later] = documentNames(places);
      if (first) {
        // Of what was before places were noted the last is known: the moves to it are events.
        const names = await this.#back(workspaceId, first.path, first.from || first.until);
        const own = { ...names.at(-1)!, until: first.until };
        return { documentId, places, names: [...names.slice(0, -1), own, ...later] };
      }
    }
    const last = isThere ? path : await this.#movedOnTo(workspaceId, path);
    return { documentId: null, places: [], names: await this.#back(workspaceId, last, null) };
  }

  /** Names from the first to this one, which it had at an event, or has (null). */
  async #back(workspaceId: string, name: string, at: number | null): Promise<FileName[]> {
    const names: FileName[] = [{ path: name, from: 0, until: null }];
    let upTo = at ?? Number.MAX_SAFE_INTEGER;
    while (names.length < NAMES_MAX) {
      const [first] = names;
      const naming = await this.#naming(workspaceId, first!.path, upTo);
      if (!naming || naming.from === null) break;
      first!.from = naming.seq;
      names.unshift({ path: naming.from, from: 0, until: naming.seq });
      upTo = naming.seq - 1;
    }
    return names;
  }

  async #naming(workspaceId: string, name: string, upTo: number): Promise<Naming | null> {
    const told = await this.trails.naming(workspaceId, name, upTo);
    const range = { after: told?.seq ?? 0, upTo, limit: MERGES_MAX };
    for (const merge of await this.trails.merges(workspaceId, name, range)) {
      const from = await this.renames.renamedFrom(workspaceId, merge, name);
      if (from !== null) return { seq: merge.seq, from };
    }
    return told;
  }

  /** Where a file that stood at a path is by now, as far as it was moved. */
  async #movedOnTo(workspaceId: string, path: string): Promise<string> {
    let name = path;
    let seq = await this.trails.lastMade(workspaceId, path);
    for (let count = 0; count < NAMES_MAX; count++) {
      // What was moved away and taken back may have been moved away again.
      const which = count === 0 ? 'last' : 'first';
      const leaving = await this.trails.leaving(workspaceId, name, seq, which);
      if (!leaving) break;
      ({ to: name, seq } = leaving);
    }
    return name;
  }

  async #isThere(workspaceId: string, path: string): Promise<boolean> {
    try {
      return (await this.overlays.load(workspaceId, path)).overlay.files.has(path);
    } catch (error) {
      // The forge does not answer: what the database knows is told.
      if (error instanceof ProtocolError) return false;
      throw error;
    }
  }
}
