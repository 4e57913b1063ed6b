import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { BranchCreationService } from './branch-creation.service.js';
import { BranchListService } from './branch-list.service.js';
import { BranchService } from './branch.service.js';
import { WorkspaceService } from './workspace.service.js';

@Controller()
export class WorkspaceController {
  constructor(
    private readonly workspaces: WorkspaceService,
    private readonly branches: BranchService,
    private readonly branchList: BranchListService,
    private readonly branchCreation: BranchCreationService,
  ) {}

  @HttpRoute('GET /api/repositories')
  repositories(
    { query }: RouteInput<'GET /api/repositories'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/repositories'>> {
    return this.branches.repositories(account, query.query ?? '');
  }

  @HttpRoute('GET /api/github/:owner/:repo')
  repository(
    { params }: RouteInput<'GET /api/github/:owner/:repo'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/github/:owner/:repo'>> {
    return this.branches.repository(account, params);
  }

  @HttpRoute('GET /api/github/:owner/:repo/branches')
  list(
    { params, query }: RouteInput<'GET /api/github/:owner/:repo/branches'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/github/:owner/:repo/branches'>> {
    return this.branchList.page(account, params, query);
  }

  @HttpRoute('POST /api/github/branches')
  create(
    { body }: RouteInput<'POST /api/github/branches'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/github/branches'>> {
    return this.branchCreation.create(account, body);
  }

  @HttpRoute('GET /api/workspaces/recent')
  recent(
    _input: RouteInput<'GET /api/workspaces/recent'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/recent'>> {
    return this.workspaces.recent(account);
  }

  @HttpRoute('GET /api/workspaces/location')
  locate(
    { query }: RouteInput<'GET /api/workspaces/location'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/location'>> {
    return this.branches.locate(account, query, query.rest);
  }

  @HttpRoute('POST /api/workspaces')
  open(
    { body }: RouteInput<'POST /api/workspaces'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces'>> {
    return this.workspaces.open(account, body);
  }
}
