import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ProtocolError } from '../protocol/error.js';
import { log } from './log.js';
import { requestId } from './request-log.js';

/**
 * What may leave the server of any failure: a ProtocolError as it is, anything else as `internal`, logged with its cause.
 *
 * @param during what the log calls that in which it happened
 */
export function toProtocolError(error: unknown, during: Record<string, string> = {}): ProtocolError {
  if (error instanceof ProtocolError) {
    if (error.cause) log.warn({ ...during, err: error.cause, code: error.code }, error.message);
    return error;
  }
  const status = statusOf(error);
  if (status !== undefined) {
    if (status === 404) return new ProtocolError('not-found', 'There is nothing at this address.');
    if (status === 413) return new ProtocolError('too-large', 'This request is larger than Perch takes.');
    if (status < 500) return new ProtocolError('invalid', 'This request cannot be read.');
  }
  log.error({ ...during, err: error }, 'a request failed');
  return new ProtocolError('internal', 'Something went wrong in Perch. Your work is kept; try again.', {
    cause: error,
  });
}

/** Nest's own refusals, and those of the body parser and the file server. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('status' in error) || !('expose' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** Turns whatever a controller throws into the protocol's error body. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const request = http.getRequest<Request>();
    if (response.headersSent) {
      request.destroy();
      return;
    }
    const error = toProtocolError(thrown, { request: requestId(response) });
    if (error.retryAfterMs !== undefined)
      response.setHeader('Retry-After', Math.ceil(error.retryAfterMs / 1000));
    response.status(error.status).json(error.toBody());
  }
}
