/** How much one connection may ask for: `perSecond` on average, `burst` at once (SEC5). */
export class TokenBucket {
  #tokens: number;
  #filledAt = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.#tokens = burst;
  }

  /** Milliseconds to wait before asking again; 0 where it was granted. */
  take(tokens = 1): number {
    const now = performance.now();
    this.#tokens = Math.min(this.burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.perSecond);
    this.#filledAt = now;
    if (this.#tokens >= tokens) {
      this.#tokens -= tokens;
      return 0;
    }
    return Math.ceil(((tokens - this.#tokens) / this.perSecond) * 1000);
  }
}
