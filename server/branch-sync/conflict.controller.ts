import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { ConflictService } from './conflict.service.js';
import { ConflictResolveService } from './conflict-resolve.service.js';

@Controller()
export class ConflictController {
  constructor(
    private readonly conflicts: ConflictService,
    private readonly resolving: ConflictResolveService,
  ) {}

  @HttpRoute('GET /api/workspaces/:id/conflicts')
  list(
    { params }: RouteInput<'GET /api/workspaces/:id/conflicts'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/conflicts'>> {
    return this.conflicts.list(account, params.id);
  }

  @HttpRoute('POST /api/workspaces/:id/conflicts/:conflictId/resolve')
  resolve(
    { params, body }: RouteInput<'POST /api/workspaces/:id/conflicts/:conflictId/resolve'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/conflicts/:conflictId/resolve'>> {
    return this.resolving.resolve(account, params.id, params.conflictId, body.choice);
  }
}
