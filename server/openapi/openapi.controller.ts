import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import { HttpRoute, type RouteInput } from '../platform/http-route.js';
import { docsPage } from './docs-page.js';
import { describeApi } from './openapi.js';

/** Perch's HTTP interface, described: for machines and for people. The same for everybody, so it asks for no session. */
@Controller()
export class OpenApiController {
  readonly #description = describeApi();
  readonly #page = docsPage(this.#description);

  @HttpRoute('GET /api/openapi.json')
  description(_input: RouteInput<'GET /api/openapi.json'>): Promise<Record<string, unknown>> {
    return Promise.resolve(this.#description);
  }

  @HttpRoute('GET /api/docs')
  page(_input: RouteInput<'GET /api/docs'>, @Res({ passthrough: true }) response: Response): Promise<string> {
    response.type('html');
    return Promise.resolve(this.#page);
  }
}
