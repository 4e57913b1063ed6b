import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import type { Caller } from '../platform/caller.js';
import type { SignedRequest } from '../platform/http-route.js';
import { AuthService } from './auth.service.js';

/** Says of every API request who makes it. */
@Injectable()
export class SessionMiddleware implements NestMiddleware {
  constructor(private readonly auth: AuthService) {}

  use(request: SignedRequest, response: Response, next: NextFunction): void {
    // An answer is for one person and one moment, unless its route says otherwise.
    response.setHeader('Cache-Control', 'no-store');
    const ask = async (): Promise<Caller | null> => {
      const account = await this.auth.authenticate(request.headers.cookie);
      return account && { account, grant: null, again: ask };
    };
    ask().then((caller) => {
      request.account = caller?.account ?? null;
      request.caller = caller;
      next();
    }, next);
  }
}
