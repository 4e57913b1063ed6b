import { Transform, type Readable } from 'node:stream';

/** A part of some bytes: the numbers of its first and its last. */
export type ByteRange = { start: number; end: number };

/**
 * Bytes by opaque ids, in a directory or on an S3 server. An id is written
 * once and never again.
 *
 * OBJ1 What can be read under an id is whole: a write that breaks off leaves nothing to read.
 * OBJ2 Bytes pass through as a stream, exactly as many as were announced.
 */
export interface ObjectStore {
  /** @throws {WrongLength} where `source` does not give `size` bytes */
  put(id: string, source: Readable, size: number): Promise<void>;
  /** @param range a part that is there @throws {ObjectMissing} */
  get(id: string, range?: ByteRange): Promise<Readable>;
  /** What is not there, or was never written whole, is no error. */
  remove(id: string): Promise<void>;
}

export const OBJECT_STORE = Symbol('the object store');

export class ObjectMissing extends Error {
  constructor(id: string, cause?: unknown) {
    super(`object ${id} is not in the store`, { cause });
  }
}

export class WrongLength extends Error {
  constructor(size: number) {
    super(`not the ${size} bytes that were announced`);
  }
}

/** Passes on exactly `size` bytes, or fails before the last. */
export function exactly(size: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      passed += chunk.byteLength;
      if (passed > size) done(new WrongLength(size));
      else done(null, chunk);
    },
    flush(done) {
      done(passed === size ? null : new WrongLength(size));
    },
  });
}
