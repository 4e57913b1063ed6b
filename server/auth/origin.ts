import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Config } from '../config.js';
import { ProtocolError } from '../protocol/error.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Which pages may act with a person's cookie: our own (SEC2). A request
 * without an Origin is no page's, so it may; one addressed to a host that is
 * not ours is refused, whatever it says of its origin (DNS rebinding).
 */
@Injectable()
export class OriginCheck implements NestMiddleware {
  constructor(private readonly config: Config) {}

  use(request: Request, _response: Response, next: NextFunction): void {
    const { origin, host } = request.headers;
    const foreignPage =
      !SAFE.has(request.method) &&
      (!this.isOwn(origin, host) || request.headers['sec-fetch-site'] === 'cross-site');
    if (foreignPage || !this.#isOwnHost(host)) {
      next(new ProtocolError('forbidden', 'This request comes from another site and was refused.'));
      return;
    }
    next();
  }

  isOwn(origin: string | undefined, host: string | undefined): boolean {
    if (!this.#isOwnHost(host)) return false;
    if (origin === undefined) return true;
    if (this.config.publicUrl) return origin === new URL(this.config.publicUrl).origin;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  #isOwnHost(host: string | undefined): boolean {
    if (this.config.publicUrl) return host === new URL(this.config.publicUrl).host || isLoopbackHost(host);
    return isLoopbackHost(host) || host?.replace(/:\d+$/, '') === this.config.host;
  }
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
}
