import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { HealthService } from './health.service.js';

/**
 * For whoever starts, restarts and balances processes. Outside `/api`: asked by
 * an address, not by the name people know, by nobody in particular, and
 * answered without a word about the inside.
 */
@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process turns. Whatever it stands on: a restart would not bring that back. */
  @Get('livez')
  live(@Res() response: Response): void {
    answer(response, true);
  }

  @Get('readyz')
  async ready(@Res() response: Response): Promise<void> {
    answer(response, await this.health.isReady());
  }
}

function answer(response: Response, yes: boolean): void {
  response
    .status(yes ? 200 : 503)
    .set('Cache-Control', 'no-store')
    .type('text')
    .send(yes ? 'yes\n' : 'no\n');
}
