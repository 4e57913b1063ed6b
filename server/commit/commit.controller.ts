import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { CommitService } from './commit.service.js';

@Controller()
export class CommitController {
  constructor(private readonly commits: CommitService) {}

  @HttpRoute('POST /api/workspaces/:id/commit/preview')
  preview(
    { params, body }: RouteInput<'POST /api/workspaces/:id/commit/preview'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/commit/preview'>> {
    return this.commits.preview(account, params.id, body.paths);
  }

  @HttpRoute('POST /api/workspaces/:id/commit')
  create(
    { params, body }: RouteInput<'POST /api/workspaces/:id/commit'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/commit'>> {
    return this.commits.commit(account, params.id, body);
  }
}
