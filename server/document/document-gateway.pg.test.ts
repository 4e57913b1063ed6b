import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { TEXT_NAME, UPDATE_MAX_BYTES, UPDATE_TOTAL_MAX_BYTES } from '../protocol/document.js';
import { DocumentStage } from './testing/document-stage.js';
import { code, type DocumentTab } from './testing/document-tab.js';

let stage: DocumentStage;
beforeAll(async () => {
  stage = await DocumentStage.start();
});
afterEach(() => stage.clear());
afterAll(() => stage.stop());

const PIECES_MAX = UPDATE_TOTAL_MAX_BYTES / UPDATE_MAX_BYTES;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in buffers, of the server and of the clients of this process. */
async function heldBytes(): Promise<number> {
  // Buffers are given back a turn after they were found to be garbage, and what held them before that.
  for (let round = 0; round < 4; round++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().arrayBuffers;
}

/** The update of a Y.Doc that holds a picture, say, where there should be text. */
function embed(doc: Y.Doc): Uint8Array {
  const before = Y.encodeStateVector(doc);
  doc.getText(TEXT_NAME).insertEmbed(0, {});
  return Y.encodeStateAsUpdate(doc, before);
}

/** An update as no Y.Doc writes it: the first letter of each client, to stand behind the first one of another. */
function structs(...letters: [client: number, origin: number][]): Uint8Array {
  const STRING_WITH_ORIGIN = 0x84;
  return Uint8Array.from([
    ...[letters.length].flatMap(varint),
    ...letters.flatMap(([client, origin]) => [
      ...[1, client, 0].flatMap(varint),
      STRING_WITH_ORIGIN,
      ...[origin, 0, 1, 'x'.charCodeAt(0)].flatMap(varint),
    ]),
    0,
  ]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

test('DOC4 an update far over the 8,000 bytes of a notice is stored and seen', async () => {
  const path = await stage.makeFile('start\n');
  const [one, other] = [await stage.enter(stage.alice, path), await stage.enter(stage.bob, path)];
  const long = 'long line\n'.repeat(20_000);
  expect(code(await one.push(one.insert(0, long)))).toBe('ok');
  await vi.waitFor(() => expect(other.text).toBe(`${long}start\n`), 10_000);
  expect(await stage.shownNow(path)).toBe(`${long}start\n`);
});

test('DOC3 whoever comes in later gets the snapshot of who came before, and every row after it', async () => {
  const path = await stage.makeFile('start\n');
  const one = await stage.enter(stage.alice, path);
  const snapshots: Uint8Array[] = [];
  for (let round = 0; round < 3; round++) {
    // The last round has more rows than a snapshot is kept for.
    for (let row = 0; row < (round === 2 ? 250 : 3); row++)
      expect(code(await one.push(one.insert(0, `${round}`)))).toBe('ok');
    const late = await stage.connect(stage.bob);
    late.socket.once('document:snapshot', ({ update }) => void snapshots.push(update));
    const joined = await late.join(stage.workspaceId, path);
    if (!joined.ok || joined.reply.kind !== 'live') throw new Error('not joined');
    late.enter(joined.reply);
    expect(late.text).toBe(one.text);
  }
  expect(snapshots[1]).toEqual(snapshots[0]);
  expect(snapshots[2]!.byteLength).toBeGreaterThan(snapshots[0]!.byteLength);
});

test('DOC8 a larger one comes in pieces, is one row, and is seen whole', async () => {
  const path = await stage.makeFile('');
  const [one, other] = [await stage.enter(stage.alice, path), await stage.enter(stage.bob, path)];
  const long = 'x'.repeat(2 * UPDATE_MAX_BYTES + 10);
  const update = one.insert(0, long);
  const before = (await stage.rowsOf(one.documentId)).length;
  expect((await one.pushInPieces(update)).map(code)).toEqual(['ok', 'ok', 'ok']);
  await vi.waitFor(() => expect(other.text).toBe(long), 10_000);
  expect(await stage.rowsOf(one.documentId)).toHaveLength(before + 1);
});

test('DOC8 what is too large is refused to its sender and let go; he works on', async () => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.alice, path);
  expect(code(await one.push(new Uint8Array(UPDATE_MAX_BYTES + 1)))).toBe('invalid');
  const before = await heldBytes();
  const piece = new Uint8Array(UPDATE_MAX_BYTES);
  for (let index = 0; index < PIECES_MAX; index++) expect(code(await one.push(piece, true))).toBe('ok');
  expect(await heldBytes()).toBeGreaterThan(before + UPDATE_TOTAL_MAX_BYTES * 0.9);
  expect(code(await one.push(piece, true))).toBe('too-large');
  await vi.waitFor(async () => expect(await heldBytes()).toBeLessThan(before + UPDATE_MAX_BYTES * 4), 10_000);
  expect(code(await one.push(one.insert(0, 'on ')))).toBe('ok');
  expect(await stage.shownNow(path)).toBe('on kept\n');
});

test.for([0, 1])('DOC8 pieces of %i bytes are counted too', async (size) => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.alice, path);
  const pieces = Array.from({ length: PIECES_MAX + 1 }, () => one.push(new Uint8Array(size), true));
  expect(code((await Promise.all(pieces)).at(-1)!)).toBe('too-large');
  expect(code(await one.push(one.insert(0, 'on ')))).toBe('ok');
  expect(await stage.shownNow(path)).toBe('on kept\n');
});

test('DOC8 pieces that never came to an end are let go when their sender comes in again, or goes', async () => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.alice, path);
  const before = await heldBytes();
  const update = one.insert(0, 'x'.repeat(2 * UPDATE_MAX_BYTES));
  expect(code(await one.push(update.subarray(0, UPDATE_MAX_BYTES), true))).toBe('ok');
  await one.join(stage.workspaceId, path);
  expect((await one.pushInPieces(update)).map(code)).toEqual(['ok', 'ok', 'ok']);
  const piece = new Uint8Array(UPDATE_MAX_BYTES);
  for (let index = 0; index < PIECES_MAX; index++) await one.push(piece, true);
  stage.clear();
  await vi.waitFor(async () => expect(await heldBytes()).toBeLessThan(before + UPDATE_MAX_BYTES * 8), 10_000);
  expect((await stage.shownNow(path)).length).toBe(2 * UPDATE_MAX_BYTES + 'kept\n'.length);
});

test.for<[string, string, (tab: DocumentTab) => Uint8Array]>([
  ['is damaged', 'invalid', () => Uint8Array.of(9, 9, 9, 9)],
  ['is empty', 'invalid', () => new Uint8Array(0)],
  ['is cut short', 'invalid', (tab) => tab.insert(0, 'never seen', tab.copy()).subarray(0, -3)],
  ['holds what is no text', 'invalid', (tab) => embed(tab.copy())],
  ['builds on itself', 'out-of-step', ({ doc }) => structs([doc.clientID, doc.clientID])],
  ['builds on what is not there', 'out-of-step', ({ doc }) => structs([doc.clientID, 7])],
])('DOC8 an update that %s is refused to its sender alone, who works on', async ([, refusal, make]) => {
  const path = await stage.makeFile('kept\n');
  const [one, other] = [await stage.enter(stage.alice, path), await stage.enter(stage.bob, path)];
  const before = await stage.rowsOf(one.documentId);
  const refused = await one.push(make(one));
  expect(refused).toMatchObject({ ok: false, error: { code: refusal, retry: false } });
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
  expect(code(await one.push(one.insert(0, 'on ')))).toBe('ok');
  await vi.waitFor(() => expect(other.text).toBe('on kept\n'), 10_000);
  expect(other.heard).toHaveLength(1);
  expect(await stage.shownNow(path)).toBe('on kept\n');
});

test('DOC8 an update whose parts build on each other in a circle is refused', async () => {
  const path = await stage.makeFile('kept\n');
  const [one, second] = [await stage.enter(stage.alice, path), await stage.enter(stage.alice, path)];
  const [a, b] = [one.doc.clientID, second.doc.clientID];
  const before = await stage.rowsOf(one.documentId);
  expect(code(await one.push(structs([a, b], [b, a])))).toBe('out-of-step');
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
});

test('DOC2 what two wrote on top of each other can be sent by one of them', async () => {
  const path = await stage.makeFile('kept\n');
  const [one, other] = [await stage.enter(stage.alice, path), await stage.enter(stage.bob, path)];
  const before = Y.encodeStateVector(one.doc);
  for (const word of ['a ', 'b ', 'c '])
    for (const [tab, next] of [
      [one, other],
      [other, one],
    ] as const)
      Y.applyUpdate(next.doc, tab.insert(1, word));
  expect(code(await one.push(Y.encodeStateAsUpdate(one.doc, before)))).toBe('ok');
  expect(await stage.shownNow(path)).toBe(one.text);
});

test('DOC8 an update with a hole is out of step and not stored', async () => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.alice, path);
  const before = await stage.rowsOf(one.documentId);
  one.insert(0, 'skipped ');
  // At the other end: it does not build on what was skipped.
  expect(code(await one.push(one.insert(one.text.length, 'next ')))).toBe('out-of-step');
  expect(await stage.rowsOf(one.documentId)).toEqual(before);
  expect(await stage.shownNow(path)).toBe('kept\n');
});

test('DOC9 an edit under another’s client id is refused', async () => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.alice, path);
  const foreign = new Y.Doc();
  Y.applyUpdate(foreign, Y.encodeStateAsUpdate(one.doc));
  expect(code(await one.push(one.insert(0, 'forged ', foreign)))).toBe('forbidden');
  const stolen = await stage.connect(stage.bob);
  const joined = await stolen.call('document:join', {
    workspaceId: stage.workspaceId,
    path,
    clientId: one.doc.clientID,
    known: null,
  });
  expect(code(joined)).toBe('conflict');
  expect(await stage.shownNow(path)).toBe('kept\n');
});

test('DOC9 edits of an earlier visit are taken from the person who made them, and from nobody else', async () => {
  const path = await stage.makeFile('kept\n');
  const one = await stage.enter(stage.bob, path);
  const earlier = new Y.Doc();
  Y.applyUpdate(earlier, Y.encodeStateAsUpdate(one.doc));
  const edit = one.insert(0, 'offline ', earlier);
  expect(code(await one.push(edit))).toBe('forbidden');

  const join = (tab: DocumentTab, earlierClientIds: number[]) =>
    tab.call('document:join', {
      workspaceId: stage.workspaceId,
      path,
      clientId: tab.doc.clientID,
      earlierClientIds,
      known: null,
    });
  const again = await stage.connect(stage.bob);
  const joined = await join(again, [earlier.clientID, earlier.clientID]);
  expect(code(joined)).toBe('ok');
  if (joined.ok && joined.reply.kind === 'live') again.enter(joined.reply);
  expect(code(await again.push(edit))).toBe('ok');
  expect(await stage.shownNow(path)).toBe('offline kept\n');
  const ownersOf = async (clientIds: number[]) => {
    const { rows } = await stage.database.query<{ actor: string }>(
      'SELECT actor FROM document_clients WHERE document_id = $1 AND client_id = ANY($2::bigint[])',
      [again.documentId, clientIds],
    );
    return rows.map((row) => row.actor);
  };
  const { id } = await stage.accountOf(stage.bob);
  expect(await ownersOf([earlier.clientID, again.doc.clientID])).toEqual([`person:${id}`, `person:${id}`]);

  expect(code(await join(await stage.connect(stage.alice), [earlier.clientID]))).toBe('conflict');
  // Who may only watch registers nothing.
  expect(code(await join(await stage.connect(stage.reader), [999]))).toBe('ok');
  expect(await ownersOf([999])).toEqual([]);
});

test('DOC2 the same update again, at once or later, is acknowledged and changes nothing', async () => {
  const path = await stage.makeFile('kept\n');
  const [one, other] = [await stage.enter(stage.alice, path), await stage.enter(stage.bob, path)];
  const update = one.insert(0, 'once ');
  expect((await Promise.all([one.push(update), one.push(update)])).map(code)).toEqual(['ok', 'ok']);
  expect(code(await one.push(one.insert(0, 'then ')))).toBe('ok');
  expect(code(await one.push(update))).toBe('ok');
  await vi.waitFor(() => expect(other.text).toBe('then once kept\n'), 10_000);
  expect(await stage.shownNow(path)).toBe('then once kept\n');
});
