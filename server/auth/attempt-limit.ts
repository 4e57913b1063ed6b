import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TokenBucket } from '../platform/token-bucket.js';
import { ProtocolError } from '../protocol/error.js';

/** A person needs one attempt; a guesser of 256-bit links gets one in three seconds. */
const ATTEMPTS_PER_SECOND = 1 / 3;
const ATTEMPTS_BURST = 20;
const ADDRESSES = 10_000;

/** How often one address may try a link (SEC5). */
@Injectable()
export class AttemptLimit {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: ADDRESSES });

  /** @throws {ProtocolError} `rate-limited` */
  take(address = ''): void {
    let bucket = this.#buckets.get(address);
    if (!bucket) this.#buckets.set(address, (bucket = new TokenBucket(ATTEMPTS_PER_SECOND, ATTEMPTS_BURST)));
    const retryAfterMs = bucket.take();
    if (retryAfterMs === 0) return;
    throw new ProtocolError('rate-limited', 'Too many attempts from here. Wait a little and try again.', {
      retryAfterMs,
    });
  }
}
