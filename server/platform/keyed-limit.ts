import { LRUCache } from 'lru-cache';
import { ProtocolError } from '../protocol/error.js';
import { TokenBucket } from './token-bucket.js';

/** Enough to remember everybody who asks often; who is forgotten starts with a full bucket. */
const KEYS = 10_000;

/** One bucket for each address or account (SEC5). Counted by this process alone. */
export class KeyedLimit {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: KEYS });

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly refusal: string,
  ) {}

  /** @throws {ProtocolError} `rate-limited` */
  take(key: string): void {
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = new TokenBucket(this.perSecond, this.burst)));
    const retryAfterMs = bucket.take();
    if (retryAfterMs > 0) throw new ProtocolError('rate-limited', this.refusal, { retryAfterMs });
  }
}
