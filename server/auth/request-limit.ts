import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';
import type { SignedRequest } from '../platform/http-route.js';
import { KeyedLimit } from '../platform/keyed-limit.js';

/** Opening a page asks some ten times; a folder of images once for each. */
const REQUESTS_PER_SECOND = 100;
const REQUESTS_BURST = 500;

/** How much one person, or one address that nobody is signed in from, may ask of the API (SEC5). */
@Injectable()
export class RequestLimit implements NestMiddleware {
  readonly #limit = new KeyedLimit(
    REQUESTS_PER_SECOND,
    REQUESTS_BURST,
    'This asks more of Perch than it takes from one person. Wait a moment; your work is kept.',
  );

  use(request: SignedRequest, _response: Response, next: NextFunction): void {
    this.#limit.take(request.caller?.account.id ?? request.ip ?? '');
    next();
  }
}
