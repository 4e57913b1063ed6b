import { Injectable } from '@nestjs/common';
import { KeyedLimit } from '../platform/keyed-limit.js';

/** A person needs one attempt; a guesser of 256-bit links gets one in three seconds. */
const ATTEMPTS_PER_SECOND = 1 / 3;
const ATTEMPTS_BURST = 20;

/** How often one address may try a link (SEC5). */
@Injectable()
export class AttemptLimit {
  readonly #limit = new KeyedLimit(
    ATTEMPTS_PER_SECOND,
    ATTEMPTS_BURST,
    'Too many attempts from here. Wait a little and try again.',
  );

  /** @throws {ProtocolError} `rate-limited` */
  take(address = ''): void {
    this.#limit.take(address);
  }
}
