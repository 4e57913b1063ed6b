import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import { RequestLimit } from '../auth/request-limit.js';
import { bearerOf, type SignedRequest } from '../platform/http-route.js';
import { AccessTokenService } from './access-token.service.js';

/**
 * Says of a request with `Authorization: Bearer` which program makes it. Its
 * cookie then counts for nothing, so that neither lends its rights to the other.
 */
@Injectable()
export class BearerMiddleware implements NestMiddleware {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly limit: RequestLimit,
  ) {}

  use(request: SignedRequest, response: Response, next: NextFunction): void {
    const secret = bearerOf(request.headers.authorization);
    if (secret === undefined) {
      next();
      return;
    }
    request.account = null;
    request.caller = null;
    this.tokens.authenticate(secret).then(
      (caller) => {
        request.caller = caller;
        next();
      },
      (error: unknown) => {
        response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
        try {
          this.limit.use(request, response, () => next(error));
        } catch (tooMuch) {
          next(tooMuch);
        }
      },
    );
  }
}
