import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import type { SignedRequest } from '../platform/http-route.js';
import { AuthService } from './auth.service.js';

/** Says of every API request who makes it. */
@Injectable()
export class SessionMiddleware implements NestMiddleware {
  constructor(private readonly auth: AuthService) {}

  use(request: SignedRequest, response: Response, next: NextFunction): void {
    // An answer is for one person and one moment, unless its route says otherwise.
    response.setHeader('Cache-Control', 'no-store');
    this.auth.authenticate(request.headers.cookie).then((account) => {
      request.account = account;
      next();
    }, next);
  }
}
