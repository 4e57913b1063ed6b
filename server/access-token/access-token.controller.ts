import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { Account } from '../protocol/user.js';
import { AccessTokenService } from './access-token.service.js';

@Controller()
export class AccessTokenController {
  constructor(private readonly tokens: AccessTokenService) {}

  @HttpRoute('GET /api/access-tokens')
  list(_input: RouteInput<'GET /api/access-tokens'>, @SignedIn() account: Account) {
    return this.tokens.list(account);
  }

  @HttpRoute('POST /api/access-tokens')
  create({ body }: RouteInput<'POST /api/access-tokens'>, @SignedIn() account: Account) {
    return this.tokens.create(account, body);
  }

  @HttpRoute('DELETE /api/access-tokens/:id')
  revoke({ params }: RouteInput<'DELETE /api/access-tokens/:id'>, @SignedIn() account: Account) {
    return this.tokens.revoke(account, params.id);
  }
}
