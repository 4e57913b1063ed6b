import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryObjectStore } from './directory-object-store.js';
import { ObjectMissing, WrongLength, type ObjectStore } from './object-store.js';
import { S3ObjectStore } from './s3-object-store.js';
import { startSwift, type Swift } from './testing/swift.js';

/** More than two parts of an S3 upload. */
const LARGE = 11 * 1024 * 1024 + 3;
const folder = mkdtempSync(join(tmpdir(), 'perch-objects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a directory', () => {
  keepsTheContract(() => new DirectoryObjectStore(join(folder, 'store')));
});

const python = process.env['PERCH_TEST_SWIFT'];
describe.skipIf(!python)('an S3 server', () => {
  let swift: Swift;
  beforeAll(async () => {
    swift = await startSwift(python!, join(folder, 'swift'));
  });
  afterAll(() => swift.stop());
  keepsTheContract(() => new S3ObjectStore({ ...swift.settings, bucket: 'perch-objects' }));
});

function keepsTheContract(make: () => ObjectStore): void {
  test('OBJ1 what was put is read back byte for byte, by whoever opens the store', async () => {
    for (const size of [0, 1, 70_000, LARGE]) {
      const id = randomUUID();
      const bytes = randomBytes(size);
      await make().put(id, inPieces(bytes), size);
      expect((await buffer(await make().get(id))).equals(bytes)).toBe(true);
    }
  });

  test('OBJ2 a part of what was put is read, as long as it was asked for', async () => {
    const store = make();
    for (const size of [10, LARGE]) {
      const id = randomUUID();
      const bytes = randomBytes(size);
      await store.put(id, inPieces(bytes), size);
      for (const [start, end] of [
        [0, 0],
        [3, 7],
        [0, size - 1],
        [size - 1, size - 1],
      ] as const)
        expect(
          (await buffer(await store.get(id, { start, end }))).equals(bytes.subarray(start, end + 1)),
        ).toBe(true);
    }
    await expect(store.get(randomUUID(), { start: 0, end: 1 })).rejects.toThrow(ObjectMissing);
  });

  test('OBJ1 a write that breaks off leaves nothing to read, and no id that cannot be removed', async () => {
    const store = make();
    for (const size of [70_000, LARGE]) {
      const id = randomUUID();
      const broken = Readable.from(
        (async function* () {
          yield randomBytes(size - 10);
          await Promise.resolve();
          throw new Error('the line is cut');
        })(),
      );
      await expect(store.put(id, broken, size)).rejects.toThrow('the line is cut');
      await expect(store.get(id)).rejects.toThrow(ObjectMissing);
      await store.remove(id);
    }
  });

  test('OBJ2 more or fewer bytes than were announced are not stored', async () => {
    const store = make();
    for (const [given, announced] of [
      [100, 99],
      [100, 101],
      [0, 1],
      [LARGE, LARGE - 1],
      [LARGE, LARGE + 1],
    ] as const) {
      const id = randomUUID();
      const put = store.put(id, inPieces(randomBytes(given)), announced);
      await expect(put).rejects.toThrow(WrongLength);
      await expect(store.get(id)).rejects.toThrow(ObjectMissing);
    }
  });

  test('OBJ2 many are put at the same time', async () => {
    const store = make();
    const put = Array.from({ length: 12 }, (_, index) => ({
      id: randomUUID(),
      bytes: randomBytes(index * 999),
    }));
    await Promise.all(put.map(({ id, bytes }) => store.put(id, inPieces(bytes), bytes.byteLength)));
    for (const { id, bytes } of put) expect((await buffer(await store.get(id))).equals(bytes)).toBe(true);
  });

  test('OBJ1 what was removed is gone, and removing it again is no error', async () => {
    const store = make();
    const id = randomUUID();
    await store.put(id, inPieces(randomBytes(10)), 10);
    await store.remove(id);
    await store.remove(id);
    await expect(store.get(id)).rejects.toThrow(ObjectMissing);
  });
}

/** As a network gives it. */
function inPieces(bytes: Buffer): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += 65_536) pieces.push(bytes.subarray(at, at + 65_536));
  return Readable.from(pieces, { objectMode: false });
}
