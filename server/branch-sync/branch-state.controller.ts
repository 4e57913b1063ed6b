import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { BranchDiscardService } from './branch-discard.service.js';
import { BranchStateService } from './branch-state.service.js';

@Controller()
export class BranchStateController {
  constructor(
    private readonly states: BranchStateService,
    private readonly discards: BranchDiscardService,
  ) {}

  @HttpRoute('GET /api/workspaces/:id/branch')
  state(
    { params }: RouteInput<'GET /api/workspaces/:id/branch'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/branch'>> {
    return this.states.state(account, params.id);
  }

  @HttpRoute('POST /api/workspaces/:id/branch')
  choose(
    { params, body }: RouteInput<'POST /api/workspaces/:id/branch'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/branch'>> {
    return this.states.choose(account, params.id, body.choice);
  }

  @HttpRoute('POST /api/workspaces/:id/branch/recover')
  recover(
    { params, body }: RouteInput<'POST /api/workspaces/:id/branch/recover'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/branch/recover'>> {
    return this.discards.recover(account, params.id, body.discardId);
  }
}
