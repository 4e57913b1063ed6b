import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import { sendRawFile } from '../file/raw-file.js';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { FileMomentService } from './file-moment.service.js';
import { FileRevertService } from './file-revert.service.js';
import { TimelineService } from './timeline.service.js';

@Controller()
export class HistoryController {
  constructor(
    private readonly timeline: TimelineService,
    private readonly moments: FileMomentService,
    private readonly reverts: FileRevertService,
  ) {}

  @HttpRoute('GET /api/workspaces/:id/timeline')
  page(
    { params, query }: RouteInput<'GET /api/workspaces/:id/timeline'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/timeline'>> {
    return this.timeline.page(account, params.id, query);
  }

  @HttpRoute('GET /api/workspaces/:id/history')
  moment(
    { params, query }: RouteInput<'GET /api/workspaces/:id/history'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/history'>> {
    return this.moments.at(account, params.id, query.path, query.seq);
  }

  @HttpRoute('GET /api/workspaces/:id/history/raw')
  async raw(
    { params, query }: RouteInput<'GET /api/workspaces/:id/history/raw'>,
    @SignedIn() account: Account,
    @Res() response: Response,
  ): Promise<RouteReply<'GET /api/workspaces/:id/history/raw'>> {
    const { path, file } = await this.moments.raw(account, params.id, query.path, query.seq);
    await sendRawFile(response, path, file);
    return new Uint8Array();
  }

  @HttpRoute('POST /api/workspaces/:id/history/revert')
  revert(
    { params, body }: RouteInput<'POST /api/workspaces/:id/history/revert'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/history/revert'>> {
    return this.reverts.revert(account, params.id, body.path, body.seq);
  }
}
