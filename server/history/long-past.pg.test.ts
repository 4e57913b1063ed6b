/** HIS2 However much was typed, nobody waits while it is told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { createTestRoom, type TestRoom } from '../commit/testing/test-room.js';
import { personActor } from '../platform/actor.js';
import { longestTurn } from '../platform/testing/longest-turn.js';
import { TEXT_NAME } from '../protocol/document.js';
import type { WorkspaceEvent } from '../protocol/event.js';
import { EditSessionsService } from './edit-sessions.service.js';
import { TimelineRepository } from './timeline.repository.js';

const BURSTS = 500;
const KEYS = 1_000;
const MANY_KEYS = 60_000;
/** Milliseconds; a step of the work takes 8, and garbage is collected. */
const NOTICED = 50;

let room: TestRoom;
beforeAll(async () => {
  room = await createTestRoom({ 'a.txt': { bytes: '' } });
});
afterAll(() => room.drop());

/** A key at a time, 5 ms apart: rows of a document from the second on. */
async function typeKeys(path: string, keys: number): Promise<string> {
  await room.files.create(room.alice, room.id, path, '');
  const { id } = (await room.documents.list(room.id)).find((each) => each.path === path)!;
  const document = new Y.Doc();
  const updates: Buffer[] = [];
  document.on('update', (update: Uint8Array) => updates.push(Buffer.from(update)));
  for (let key = 0; key < keys; key++) document.getText(TEXT_NAME).insert(0, 'x');
  await room.database.pool.query(
    `INSERT INTO document_updates (document_id, seq, generation, bytes, actor, process_id, created_at)
     SELECT $1::uuid, n + 1, 1, bytes, $2, $1::uuid, now() + n * interval '5 ms'
     FROM unnest($3::bytea[]) WITH ORDINALITY AS typed(bytes, n)`,
    [id, personActor(room.alice.id), updates],
  );
  await room.database.pool.query('UPDATE documents SET next_seq = $2 WHERE id = $1', [id, keys + 2]);
  return id;
}

/** The machine may be busy with something else: one of three times is enough. */
async function longestOf(run: () => Promise<unknown>): Promise<number> {
  let longest = Infinity;
  for (let time = 0; time < 3 && longest >= NOTICED; time++)
    longest = Math.min(longest, await longestTurn(run));
  return longest;
}

test(`HIS2 ${BURSTS} bursts of ${KEYS} keys are counted in turns that nobody notices`, async () => {
  const documentId = await typeKeys('typed.txt', KEYS);
  const { rows } = await room.database.pool.query<{ at: Date }>(
    'SELECT created_at AS at FROM document_updates WHERE document_id = $1 AND seq > 1 ORDER BY seq LIMIT 500',
    [documentId],
  );
  const events = rows.map(({ at }, index): WorkspaceEvent => ({
    workspaceId: room.id,
    seq: 1_000 + index,
    type: 'file.edited',
    actor: { kind: 'person', id: room.alice.id, name: 'Alice', color: 0 },
    payload: { path: 'typed.txt', row: { documentId, seq: index + 2 } },
    createdAt: at.toISOString(),
  }));
  const sessions = new EditSessionsService(new TimelineRepository(room.database));
  const longest = await longestOf(async () => {
    const told = await sessions.of(room.id, events);
    expect(told.map(({ inserted }) => inserted)).toEqual(events.map((_, index) => KEYS - index));
  });
  expect(longest).toBeLessThan(NOTICED);
});

test(`HIS1 a text of ${MANY_KEYS} keys, which was replaced as a whole since, is read in turns too`, async () => {
  const documentId = await typeKeys('replaced.txt', MANY_KEYS);
  await room.database.pool.query('UPDATE documents SET generation = 2 WHERE id = $1', [documentId]);
  const at = MANY_KEYS / 2;
  const longest = await longestOf(async () => {
    expect(await room.histories.textAt(documentId, at + 1)).toBe('x'.repeat(at));
  });
  expect(longest).toBeLessThan(NOTICED);
});
