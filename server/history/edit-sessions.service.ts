import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { inTurns } from '../platform/in-turns.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import type { EditSession } from '../protocol/history.js';
import { CharacterCount } from './character-count.js';
import { TimelineRepository, type WindowPlace, type WindowRow } from './timeline.repository.js';

/** A pause ends a session, as it ends a burst in the activity. */
const PAUSE_MS = 10_000;
/** When nothing more can have been stored of a session: what was typed in its last moment is by then. */
const SETTLED_MS = 60_000;
const WINDOW_ROWS = 250;
/** So many windows are in memory, and are taken from the database in a few milliseconds. */
const READ_AT_ONCE = 4;
const REMEMBERED = 20_000;

type Session = WindowPlace & { until: number; ends: number; count: CharacterCount; isOver: boolean };

/**
 * Until when somebody typed after each `file.edited`, and how much: from the
 * rows of the document, read by windows until a pause or a commit, and
 * remembered once it is over.
 */
@Injectable()
export class EditSessionsService {
  readonly #known = new LRUCache<string, EditSession>({ max: REMEMBERED });

  constructor(private readonly repository: TimelineRepository) {}

  async of(workspaceId: string, events: readonly WorkspaceEvent[]): Promise<EditSession[]> {
    const found: EditSession[] = [];
    const asked: Session[] = [];
    for (const event of events) {
      const known = this.#known.get(`${workspaceId} ${event.seq}`);
      if (known) found.push(known);
      else if (event.type === 'file.edited' && event.payload.row && event.actor.kind === 'person') {
        const { documentId, seq } = event.payload.row;
        asked.push({
          eventSeq: event.seq,
          documentId,
          seq,
          actor: `person:${event.actor.id}`,
          until: Date.parse(event.createdAt),
          ends: Infinity,
          count: new CharacterCount(),
          isOver: false,
        });
      }
    }
    await this.#read(workspaceId, asked);
    for (const { eventSeq: seq, until, count } of asked) {
      const { inserted, deleted } = count;
      const session = { seq, until: new Date(until).toISOString(), inserted, deleted };
      if (Date.now() - until > SETTLED_MS) this.#known.set(`${workspaceId} ${seq}`, session);
      found.push(session);
    }
    return found;
  }

  async #read(workspaceId: string, sessions: readonly Session[]): Promise<void> {
    if (sessions.length === 0) return;
    const commits = await this.repository.nextCommits(
      workspaceId,
      sessions.map(({ eventSeq }) => eventSeq),
    );
    for (const session of sessions) session.ends = commits.get(session.eventSeq) ?? Infinity;
    for (let at = 0; at < sessions.length; at += READ_AT_ONCE)
      await this.#readOn(workspaceId, sessions.slice(at, at + READ_AT_ONCE));
  }

  async #readOn(workspaceId: string, sessions: readonly Session[]): Promise<void> {
    for (let open = sessions; open.length > 0; open = open.filter(({ isOver }) => !isOver)) {
      const windows = await this.repository.windows(workspaceId, open, WINDOW_ROWS);
      await inTurns(takeIn(open, windows));
    }
  }
}

/** Counts what was typed, until a pause or a commit. */
function* takeIn(
  sessions: readonly Session[],
  windows: ReadonlyMap<number, readonly WindowRow[]>,
): Generator<void, void> {
  for (const session of sessions) {
    const rows = windows.get(session.eventSeq) ?? [];
    for (const { bytes, at } of rows) {
      yield;
      // The first row may be older than its event, which is told a moment later.
      if (at > session.ends || at - session.until > PAUSE_MS) {
        session.isOver = true;
        break;
      }
      if (!bytes) continue;
      session.until = Math.max(session.until, at);
      session.count.add(bytes);
    }
    session.isOver ||= rows.length < WINDOW_ROWS;
    session.seq += WINDOW_ROWS;
  }
}
