import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { BranchOffService } from './branch-off.service.js';

@Controller()
export class BranchOffController {
  constructor(private readonly branchOff: BranchOffService) {}

  @HttpRoute('GET /api/workspaces/:id/protection')
  protection(
    { params }: RouteInput<'GET /api/workspaces/:id/protection'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/protection'>> {
    return this.branchOff.protection(account, params.id);
  }

  @HttpRoute('POST /api/workspaces/:id/branch-off')
  make(
    { params, body }: RouteInput<'POST /api/workspaces/:id/branch-off'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/branch-off'>> {
    return this.branchOff.make(account, params.id, body);
  }
}
