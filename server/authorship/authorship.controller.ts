import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { FileLines } from '../protocol/lines.js';
import type { Account } from '../protocol/user.js';
import { AuthorshipService } from './authorship.service.js';

@Controller()
export class AuthorshipController {
  constructor(private readonly authorship: AuthorshipService) {}

  @HttpRoute('GET /api/workspaces/:id/lines')
  lines(
    { params, query }: RouteInput<'GET /api/workspaces/:id/lines'>,
    @SignedIn() account: Account,
  ): Promise<FileLines> {
    return this.authorship.lines(account, params.id, query.path);
  }
}
