import type { LoggerService } from '@nestjs/common';
import { log } from './log.js';

/** Nest's own words go where ours go; its start-up chatter only at debug. */
export class NestLog implements LoggerService {
  log(message: unknown): void {
    log.debug(String(message));
  }

  warn(message: unknown): void {
    log.warn(String(message));
  }

  error(message: unknown, stack?: unknown): void {
    log.error({ stack }, String(message));
  }

  fatal(message: unknown): void {
    log.fatal(String(message));
  }
}
