import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Config, isLoopback } from '../config.js';
import { bearerOf } from '../platform/http-route.js';
import { ProtocolError } from '../protocol/error.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Which pages may act with a person's cookie: our own (SEC2). A request that
 * no browser sends on a page's behalf (neither Origin nor Sec-Fetch-Site) is a
 * program's, so it may; so is one with an access token, which no browser adds
 * by itself and beside which no cookie counts. One addressed to a host that is
 * not ours is refused, whatever it says of its origin (DNS rebinding).
 */
@Injectable()
export class OriginCheck implements NestMiddleware {
  readonly #publicUrl: URL | undefined;

  constructor(private readonly config: Config) {
    this.#publicUrl = config.publicUrl === undefined ? undefined : new URL(config.publicUrl);
  }

  use(request: Request, _response: Response, next: NextFunction): void {
    const { origin, host } = request.headers;
    if (!this.#isOwnHost(host)) {
      next(
        new ProtocolError(
          'forbidden',
          'Perch is not known under this address. Open the one it printed, or have its operator set PERCH_URL.',
        ),
      );
      return;
    }
    // A link from anywhere may lead here; a foreign page's script may not even read.
    const ofAnyPage =
      origin !== undefined || (!SAFE.has(request.method) && request.headers['sec-fetch-site'] !== undefined);
    const byToken = bearerOf(request.headers.authorization) !== undefined;
    if (ofAnyPage && !byToken && !this.#isOwnOrigin(origin, host)) {
      next(new ProtocolError('forbidden', 'This request comes from another site and was refused.'));
      return;
    }
    next();
  }

  /** For the socket's handshake, with which every browser sends its page's origin. */
  isOwn(origin: string | undefined, host: string | undefined): boolean {
    return this.#isOwnHost(host) && (origin === undefined || this.#isOwnOrigin(origin, host));
  }

  #isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return false;
    if (origin === this.#publicUrl?.origin) return true;
    // Where a proxy gives Perch its name, a page on loopback is some other program's.
    return this.#publicUrl === undefined && origin === `http://${host}`;
  }

  #isOwnHost(host: string | undefined): boolean {
    if (host === undefined || !URL.canParse(`http://${host}`)) return false;
    const { hostname } = new URL(`http://${host}`);
    return host === this.#publicUrl?.host || isLoopback(hostname) || hostname === this.config.host;
  }
}
