import { LRUCache } from 'lru-cache';
import { ProtocolError } from '../protocol/error.js';
import { AWAY_MS, FRESH_MS, LIMITED_MS } from './access-times.js';

/** While one doubt follows the other, the last answer has to do. */
const ATTEMPTS = 3;

type Known<Value> = { value: Value; at: number; doubted: boolean };

/**
 * What the forge said, asked for anew once it is old or doubted, by many at
 * once only once. Where it does not answer, what it said last counts for
 * AWAY_MS, or for LIMITED_MS where it refuses because of its limits; whoever it
 * said nothing of gets its refusal.
 */
export class ForgeAnswers<Key extends string | number, Value> {
  readonly #known: LRUCache<Key, Known<Value>>;
  readonly #asking = new Map<Key, Promise<Value>>();
  #doubts = 0;

  constructor(max: number) {
    this.#known = new LRUCache({ max });
  }

  /** @throws {ProtocolError} what the forge refused, where nothing it said before counts any more */
  get(key: Key, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#known.get(key);
    if (known && !known.doubted && age(known) < FRESH_MS) return Promise.resolve(known.value);
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#ask(key, ask).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  set(key: Key, value: Value): void {
    this.#known.set(key, { value, at: performance.now(), doubted: false });
  }

  /** From now on only what is asked for after this counts, as long as the forge answers. */
  doubt(isMeant: (key: Key, value: Value) => boolean): void {
    this.#doubts++;
    for (const [key, known] of this.#known.entries()) if (isMeant(key, known.value)) known.doubted = true;
  }

  async #ask(key: Key, ask: () => Promise<Value>): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      const doubts = this.#doubts;
      try {
        const value = await ask();
        if (doubts === this.#doubts) this.set(key, value);
        // It may be as things were before the doubt.
        else if (attempt < ATTEMPTS) continue;
        return value;
      } catch (error) {
        const last = this.#known.get(key);
        if (!last || age(last) > believedFor(error)) throw error;
        return last.value;
      }
    }
  }
}

/** Whether the forge refuses because it was asked too much, and says nothing of what was asked for. */
export function isLimited(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === 'rate-limited';
}

/** Whether it said nothing at all. */
export function isUnanswered(error: unknown): boolean {
  return isLimited(error) || (error instanceof ProtocolError && error.code === 'forge');
}

const age = ({ at }: { at: number }) => performance.now() - at;

function believedFor(error: unknown): number {
  return isLimited(error) ? LIMITED_MS : isUnanswered(error) ? AWAY_MS : -1;
}
