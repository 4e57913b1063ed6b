import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { log } from './log.js';
import { requestSeconds } from './metrics.js';

/** What a proxy may call a request: nothing that could be taken for something else in a log. */
const GIVEN_ID = /^[\w.-]{8,64}$/;
const HEADER = 'X-Request-Id';

/** The id under which a request stands in the log, and in its answer's header. */
export const requestId = (response: Response) => String(response.getHeader(HEADER) ?? '');

/**
 * Gives each request to the API an id, its proxy's where that named one, and
 * logs how it ended: the path alone, as a query or a header may hold a secret.
 */
export function logRequest(request: Request, response: Response, next: NextFunction): void {
  const { method } = request;
  const path = request.baseUrl + request.path;
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && GIVEN_ID.test(given) ? given : randomUUID();
  response.setHeader(HEADER, id);
  const start = performance.now();
  response.once('close', () => {
    const ms = performance.now() - start;
    const { statusCode: status } = response;
    // A stream is open for hours, and says nothing of how fast answers are.
    if (!String(response.getHeader('Content-Type')).startsWith('text/event-stream'))
      requestSeconds.observe({ method, status }, ms / 1000);
    const level = status >= 500 ? 'warn' : 'debug';
    log[level](
      { request: id, method, path, status, ms: Math.round(ms) },
      response.writableFinished ? 'answered' : 'cut off',
    );
  });
  next();
}
