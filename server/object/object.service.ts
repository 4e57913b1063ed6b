import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DatabaseConnection } from '../platform/database.js';
import { log } from '../platform/log.js';
import { OBJECT_STORE, ObjectMissing, type ByteRange, type ObjectStore } from './object-store.js';
import { ObjectRepository, type ObjectRecord } from './object.repository.js';

/** Whatever is under way by then has come to an end. */
const UNUSED_HOURS = 24;
const SWEEP_MS = 3_600_000;
const SWEEP_AT_ONCE = 100;
const NOTHING = '00000000-0000-0000-0000-000000000000';

/**
 * Bytes that are no text: kept in the object store, known by opaque ids.
 *
 * OBJ3 A reference is made only to what is stored whole, so a crash costs nothing that was acknowledged.
 * OBJ4 What no file, text, undo or past of a room refers to is removed a day later, whatever left it there.
 */
@Injectable()
export class ObjectService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    private readonly repository: ObjectRepository,
    private readonly database: DatabaseConnection,
  ) {}

  onApplicationBootstrap(): void {
    this.#sweeping = setInterval(() => {
      this.sweep().catch((error: unknown) => log.warn({ err: error }, 'unused objects are removed later'));
    }, SWEEP_MS);
    this.#sweeping.unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#sweeping);
  }

  /** Whether the store answers, for one: what is under an id that nothing has. */
  async isReachable(): Promise<boolean> {
    try {
      (await this.store.get(NOTHING)).destroy();
    } catch (error) {
      if (!(error instanceof ObjectMissing)) throw error;
    }
    return true;
  }

  /** Stores exactly `size` bytes; nothing refers to them yet. @throws {WrongLength} */
  async keep(
    userId: string,
    source: Readable,
    size: number,
    reason: ObjectRecord['reason'],
  ): Promise<ObjectRecord> {
    const id = await this.repository.announce(userId, size);
    const hash = createHash('sha1').update(`blob ${size}\0`);
    const hashing = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const stored = this.store.put(id, hashing, size).catch((error: unknown) => {
      // Nobody reads on: the source is told.
      hashing.destroy();
      throw error;
    });
    // What the store says comes first: it knows why the stream broke off.
    const [kept, read] = await Promise.allSettled([stored, pipeline(source, hashing)]);
    for (const each of [kept, read]) if (each.status === 'rejected') throw each.reason;
    return this.repository.complete(id, hash.digest('hex'), reason);
  }

  async find(ids: readonly string[]): Promise<Map<string, ObjectRecord>> {
    return new Map((await this.repository.find(ids)).map((record) => [record.id, record]));
  }

  open(id: string, range?: ByteRange): Promise<Readable> {
    return this.store.get(id, range);
  }

  async read(id: string): Promise<Uint8Array> {
    return buffer(await this.store.get(id));
  }

  /** Removes what nothing refers to any more: its bytes first, so that none are forgotten. */
  async sweep(olderThanHours = UNUSED_HOURS): Promise<number> {
    let removed = 0;
    for (;;) {
      const ids = await this.database.transaction(async (transaction) => {
        const taken = await this.repository.takeUnused(transaction, olderThanHours, SWEEP_AT_ONCE);
        for (const id of taken) await this.store.remove(id);
        return taken;
      });
      removed += ids.length;
      if (ids.length < SWEEP_AT_ONCE) return removed;
    }
  }
}
