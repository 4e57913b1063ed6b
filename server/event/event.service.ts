import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../db/client.js';
import { personActor, personOf, shaOf, UNNAMED_PUSHER, type StoredActor } from '../platform/actor.js';
import { ProtocolError } from '../protocol/error.js';
import {
  eventPayloads,
  type EventPayloads,
  type EventType,
  type IntegrationEvent,
  type WorkspaceEvent,
} from '../protocol/event.js';
import type { Actor } from '../protocol/user.js';
import { EventRepository, pushOf, type EventRow, type NamedPerson } from './event.repository.js';

/** So many events are looked through for what they are about. */
const LOOKED_BACK = 20_000;
const TOMBSTONE = 'someone who left';

/**
 * The log of what happened in each workspace. An event is written in the
 * transaction of the change it tells, or not at all; its number is gap-free
 * and in commit order (EVT1). It knows no access rights and nothing above it,
 * so that every feature may write to it; `EventFeedService` is what clients hear.
 */
@Injectable()
export class EventService {
  constructor(private readonly events: EventRepository) {}

  /**
   * Writes one event and has every process woken when the transaction commits.
   * Takes the lock of the workspace's row: documents are locked before it, never after.
   * @returns the event's number
   */
  async append<Type extends EventType>(
    transaction: Transaction,
    workspaceId: string,
    type: Type,
    actor: StoredActor,
    payload: EventPayloads[Type],
  ): Promise<number> {
    return this.#append(transaction, workspaceId, type, actor, eventPayloads[type].parse(payload));
  }

  /** The same for what a program tells, which has passed its schema. */
  appendIntegration(
    transaction: Transaction,
    workspaceId: string,
    type: IntegrationEvent['type'],
    actor: StoredActor,
    payload: IntegrationEvent['payload'],
  ): Promise<number> {
    return this.#append(transaction, workspaceId, type, actor, payload);
  }

  /** The number of the last event, 0 before the first. */
  async lastSeq(workspaceId: string): Promise<number> {
    const seq = await this.events.lastSeq(workspaceId);
    if (seq === undefined) throw new ProtocolError('not-found', 'This workspace does not exist.');
    return seq;
  }

  /** Events after a number, oldest first. */
  async after(workspaceId: string, seq: number, limit: number): Promise<WorkspaceEvent[]> {
    return this.#named(await this.events.after(workspaceId, seq, limit));
  }

  /** Events before a number (or the last ones), newest first. */
  async before(workspaceId: string, seq: number | undefined, limit: number): Promise<WorkspaceEvent[]> {
    return this.#named(await this.events.before(workspaceId, seq, limit));
  }

  /** Events of these numbers, in their order. */
  async numbered(workspaceId: string, seqs: readonly number[]): Promise<WorkspaceEvent[]> {
    if (seqs.length === 0) return [];
    const events = await this.#named(await this.events.numbered(workspaceId, seqs));
    const bySeq = new Map(events.map((event) => [event.seq, event]));
    return seqs.map((seq) => bySeq.get(seq)).filter((event) => event !== undefined);
  }

  /**
   * Brings what the log says of a person's presence in line with what is so,
   * decided under the workspace's lock: however many connections and
   * processes ask at once, each coming and each going is told once.
   */
  async tellPresence(
    transaction: Transaction,
    workspaceId: string,
    userId: string,
    isPresent: (transaction: Transaction) => Promise<boolean>,
  ): Promise<void> {
    const actor = personActor(userId);
    await this.events.lockWorkspace(transaction, workspaceId);
    const said = await this.events.saidPresent(transaction, workspaceId, actor);
    const present = await isPresent(transaction);
    if (said === present) return;
    await this.append(transaction, workspaceId, present ? 'person.joined' : 'person.left', actor, {});
  }

  /** What the latest events tell of a path, and of these commits and pushes up to them: the newest first. */
  async about(
    workspaceId: string,
    path: string,
    shas: readonly string[],
  ): Promise<{ seq: number; actor: string; at: number; sha: string | null; pusher: string | null }[]> {
    const rows = await this.events.about(workspaceId, path, shas, LOOKED_BACK);
    return rows.map(({ createdAt, ...row }) => ({ ...row, at: createdAt.getTime() }));
  }

  /** The latest pushes of several commits that were about a path, the newest first. */
  pushes(
    workspaceId: string,
    path: string,
    limit: number,
  ): Promise<{ seq: number; from: string; to: string }[]> {
    return this.events.pushes(workspaceId, path, limit);
  }

  /** Everybody whom the log last said to have come. */
  async allSaidPresent(): Promise<{ workspaceId: string; userId: string }[]> {
    return (await this.events.allSaidPresent()).flatMap(({ workspaceId, actor }) => {
      const userId = personOf(actor);
      return userId === undefined ? [] : [{ workspaceId, userId }];
    });
  }

  async #append(...event: Parameters<EventRepository['append']>): Promise<number> {
    const seq = await this.events.append(...event);
    if (seq === undefined) throw new ProtocolError('not-found', 'This workspace does not exist.');
    return seq;
  }

  async #named(rows: EventRow[]): Promise<WorkspaceEvent[]> {
    const [people, pushers] = await Promise.all([
      this.events.people(rows.map((row) => row.actor)),
      this.events.pushers(rows),
    ]);
    return rows.map(
      (row) =>
        ({
          workspaceId: row.workspaceId,
          seq: row.seq,
          type: row.type,
          actor: toActor(row.actor, people, pusherOf(row) ?? pushers.get(pushOf(row))),
          payload: row.payload,
          createdAt: row.createdAt.toISOString(),
        }) as WorkspaceEvent,
    );
  }
}

/** What an event says itself of who pushed. */
function pusherOf({ payload: { pusher } }: EventRow): string | undefined {
  return typeof pusher === 'string' ? pusher : undefined;
}

function toActor(
  stored: string,
  people: ReadonlyMap<string, NamedPerson>,
  pusher: string | undefined,
): Actor {
  const userId = personOf(stored);
  if (userId !== undefined) {
    const person = people.get(userId);
    return { kind: 'person', id: userId, name: person?.name ?? TOMBSTONE, color: person?.color ?? 0 };
  }
  const sha = shaOf(stored);
  if (sha !== undefined) return { kind: 'git', sha, name: pusher ?? UNNAMED_PUSHER };
  return { kind: 'system', name: 'Perch' };
}
