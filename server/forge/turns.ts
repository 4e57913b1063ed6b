/** So many at once, the others after them, in the order they came. */
export class Turns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async take<Result>(run: () => Promise<Result>): Promise<Result> {
    // Whoever is done hands his place on.
    if (this.#running === this.most) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
