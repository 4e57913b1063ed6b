/** What may lie below: a plain map, or another layer. */
export type Below<Value> = {
  get(key: string): Value | undefined;
  has(key: string): boolean;
  keys(): Iterable<string>;
};

/**
 * A map above one that is shared and large: it holds what is other than there,
 * and what is gone. It costs what was changed, however much lies below.
 */
export class LayeredMap<Value, Lower> {
  readonly #own = new Map<string, Value>();
  readonly #gone = new Set<string>();

  /** @param lift what a value from below is here */
  constructor(
    private readonly below: Below<Lower>,
    private readonly lift: (lower: Lower) => Value,
  ) {}

  /** What is other than below, or not there at all. */
  get own(): ReadonlyMap<string, Value> {
    return this.#own;
  }

  /** What is below and not here. */
  get gone(): ReadonlySet<string> {
    return this.#gone;
  }

  get(key: string): Value | undefined {
    const own = this.#own.get(key);
    if (own !== undefined || this.#gone.has(key)) return own;
    const lower = this.below.get(key);
    return lower === undefined ? undefined : this.lift(lower);
  }

  has(key: string): boolean {
    return this.#own.has(key) || (!this.#gone.has(key) && this.below.has(key));
  }

  set(key: string, value: Value): void {
    this.#own.set(key, value);
    this.#gone.delete(key);
  }

  delete(key: string): void {
    this.#own.delete(key);
    if (this.below.has(key)) this.#gone.add(key);
  }

  /** As it is below again. */
  restore(key: string): void {
    this.#own.delete(key);
    this.#gone.delete(key);
  }

  *keys(): Generator<string, void> {
    for (const key of this.below.keys()) if (!this.#gone.has(key) && !this.#own.has(key)) yield key;
    yield* this.#own.keys();
  }

  *values(): Generator<Value, void> {
    for (const key of this.keys()) yield this.get(key)!;
  }
}
