import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { LiveDocument } from '../../client/lib/room/live-document.js';
import { OWNER, REPO } from '../testing/perch-server.js';
import { DocumentStage } from './testing/document-stage.js';
import { code } from './testing/document-tab.js';
import { SOON } from '../testing/soon.js';

let stage: DocumentStage;
beforeAll(async () => {
  stage = await DocumentStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

const saved = (document: LiveDocument) =>
  vi.waitFor(() => expect(document.state).toMatchObject({ kind: 'live', save: 'saved' }), 10_000);

/** Until the server's append waits for the lock that the test holds. */
const appendWaits = () =>
  vi.waitFor(async () => {
    const { rows } = await stage.database.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'perch-append' AND wait_event_type = 'Lock'`,
    );
    expect(rows).toHaveLength(1);
  }, 10_000);

test('SEC1 who may only read sees, and cannot write', async () => {
  const path = await stage.makeFile('kept\n');
  const [one, watching] = [await stage.enter(stage.alice, path), await stage.enter(stage.reader, path)];
  const before = await stage.rowsOf(one.documentId);
  const refused = await watching.push(watching.insert(0, 'not mine '));
  expect(refused).toMatchObject({ ok: false, error: { code: 'forbidden', retry: false } });
  expect(refused.ok || refused.error.message).toMatch(/may watch this branch, not edit it/);
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
  expect(code(await one.push(one.insert(0, 'seen ')))).toBe('ok');
  await vi.waitFor(() => expect(watching.heard).toHaveLength(1), 10_000);
  expect(await stage.shownNow(path)).toBe('seen kept\n');
});

test('SEC1 whose right is lowered while he writes is refused from then on, and goes on seeing', async () => {
  const path = await stage.makeFile('kept\n');
  const cookie = await stage.perch.invite(stage.alice, 'write', 'Lowell');
  const [one, lowered] = [await stage.enter(stage.alice, path), await stage.enter(cookie, path)];
  expect(code(await lowered.push(lowered.insert(0, 'early ')))).toBe('ok');
  await vi.waitFor(() => expect(one.text).toBe('early kept\n'), 10_000);
  await stage.database.query(`UPDATE repository_members SET role = 'read' WHERE user_id = $1`, [
    (await stage.accountOf(cookie)).id,
  ]);
  await stage.database.query(`SELECT pg_notify('perch_access', 'members')`);
  // What is known already changes nothing while it is still taken.
  const known = Y.encodeStateAsUpdate(lowered.doc);
  await vi.waitFor(async () => expect(code(await lowered.push(known))).toBe('forbidden'), 10_000);
  const before = await stage.rowsOf(one.documentId);
  expect(code(await lowered.push(lowered.insert(0, 'late ')))).toBe('forbidden');
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
  expect(code(await one.push(one.insert(0, 'seen ')))).toBe('ok');
  await vi.waitFor(() => expect(lowered.text).toContain('seen '), 10_000);
  expect(one.text).toBe('seen early kept\n');
  expect(await stage.shownNow(path)).toBe('seen early kept\n');
});

test('SEC1 who was put out finds nothing and pushes nothing', async () => {
  const path = await stage.makeFile('kept\n');
  const cookie = await stage.perch.invite(stage.alice, 'write', 'Mallory');
  const [one, removed] = [await stage.enter(stage.alice, path), await stage.enter(cookie, path)];
  await stage.perch.ask(stage.alice, 'DELETE /api/members/:id', {
    params: { id: (await stage.accountOf(cookie)).id },
    query: { owner: OWNER, repo: REPO },
  });
  await vi.waitFor(() => expect(removed.socket.connected).toBe(false), 10_000);
  const again = await stage.connect(cookie);
  expect(code(await again.join(stage.workspaceId, path))).toBe('not-found');
  again.enter(one.state());
  expect(code(await again.push(again.insert(0, 'guessed ')))).toBe('out-of-step');
  expect(code(await one.push(one.insert(0, 'on ')))).toBe('ok');
  expect(await stage.shownNow(path)).toBe('on kept\n');
  expect(again.heard).toEqual([]);
});

test.for([
  ['damaged', 2, [1, 1, 255]],
  // It can be read, and what was built on it hangs in the air: the file would open blank.
  ['emptied', 1, [0, 0]],
] as const)(
  'DOC5 a document with a row %s is refused, untouched; the others open',
  async ([, seq, bytes]) => {
    const path = await stage.makeFile('precious\n');
    const one = await stage.enter(stage.alice, path);
    await one.push(one.insert(0, 'very '));
    one.socket.disconnect();
    await stage.damage(one.documentId, seq, Uint8Array.from(bytes));
    const before = await stage.rowsOf(one.documentId);
    const other = await stage.connect(stage.bob);
    await vi.waitFor(async () => {
      const refused = await other.join(stage.workspaceId, path);
      expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable' } });
      expect(refused.ok || refused.error.message).toMatch(/cannot be read.*Nothing was changed/);
    }, SOON);
    // Nor is anything stored over it by somebody who has it from before.
    other.enter(one.state());
    expect(code(await other.push(other.insert(0, 'over ')))).toBe('out-of-step');
    expect(await stage.rowsOf(one.documentId)).toEqual(before);
    expect(await stage.shownNow('README.md')).toBe('# Game\n');
  },
);

test('DOC1 an edit made away, on a generation that was replaced meanwhile, is rebased as text', async () => {
  const path = await stage.makeFile('one\ntwo\nthree\n');
  const room = stage.openRoom(stage.alice);
  const document = room.openDocument(path);
  await saved(document);
  room.socket.disconnect();
  document.text.insert('one\n'.length, 'mine\n');
  await stage.replace(await stage.documentAt(path), 'one\ntwo\nTHREE\n');
  room.socket.connect();
  await vi.waitFor(() => expect(document.text.toString()).toBe('one\nmine\ntwo\nTHREE\n'), 10_000);
  await saved(document);
  expect(await stage.shownNow(path)).toBe('one\nmine\ntwo\nTHREE\n');
});

test('DOC1 an edit on its way while the generation is replaced comes once', async () => {
  const path = await stage.makeFile('one\ntwo\nthree\n');
  const document = stage.openRoom(stage.alice).openDocument(path);
  await saved(document);
  await stage.replace(await stage.documentAt(path), 'one\ntwo\nTHREE\n', {
    meanwhile: async () => {
      document.text.insert('one\n'.length, 'mine\n');
      await appendWaits();
    },
  });
  await vi.waitFor(() => expect(document.text.toString()).toBe('one\nmine\ntwo\nTHREE\n'), 10_000);
  await saved(document);
  expect(await stage.shownNow(path)).toBe('one\nmine\ntwo\nTHREE\n');
});

test('DOC1 a push of an old generation is out of step and not stored', async () => {
  const path = await stage.makeFile('old\n');
  const one = await stage.enter(stage.alice, path);
  const reset = new Promise((resolve) => one.socket.once('document:reset', resolve));
  await stage.replace(one.documentId, 'new\n');
  expect(await reset).toMatchObject({ documentId: one.documentId, reason: 'replaced' });
  const before = await stage.rowsOf(one.documentId);
  expect(code(await one.push(one.insert(0, 'stale ')))).toBe('out-of-step');
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
  expect(await stage.shownNow(path)).toBe('new\n');
});

test('DOC1 who comes in after a replacement that nobody was told of sees the new text', async () => {
  const path = await stage.makeFile('old\n');
  const one = await stage.enter(stage.alice, path);
  await stage.replace(one.documentId, 'new\n', { isTold: false });
  expect(await stage.shownNow(path)).toBe('new\n');
});

test('DOC7 an edit that cannot be held is not built upon, and can be sent again', async () => {
  const path = await stage.makeFile('');
  const one = await stage.enter(stage.alice, path);
  const filling = one.insert(0, 'x'.repeat(6_300_000));
  const [update, next] = [one.insert(0, 'y'.repeat(1_200_000)), one.insert(0, 'after ')];
  await stage.database.query('ALTER TABLE document_updates RENAME TO elsewhere');
  // Repetitions change nothing, and have to be held like anything else: 63 of 64 million bytes.
  const held = Array.from({ length: 10 }, () => one.pushInPieces(filling));
  try {
    const refused = (await one.pushInPieces(update)).at(-1);
    expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable', retry: true } });
    expect(code(await one.push(next))).toBe('out-of-step');
  } finally {
    await stage.database.query('ALTER TABLE elsewhere RENAME TO document_updates');
  }
  expect(new Set((await Promise.all(held)).flat().map(code))).toEqual(new Set(['ok']));
  expect((await one.pushInPieces(update)).map(code)).toEqual(['ok', 'ok']);
  expect(code(await one.push(next))).toBe('ok');
  expect(await stage.shownNow(path)).toBe(one.text);
}, 60_000);
