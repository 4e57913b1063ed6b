import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AttemptLimit } from '../auth/attempt-limit.js';
import { setSessionCookie } from '../auth/session-cookie.js';
import { Config } from '../config.js';
import { HttpRoute, SignedIn, type RouteInput, type SignedRequest } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { InvitationService } from './invitation.service.js';

@Controller()
export class InvitationController {
  constructor(
    private readonly invitations: InvitationService,
    private readonly attempts: AttemptLimit,
    private readonly config: Config,
  ) {}

  @HttpRoute('GET /api/invitations')
  list({ query }: RouteInput<'GET /api/invitations'>, @SignedIn() account: Account) {
    return this.invitations.list(account, query);
  }

  @HttpRoute('POST /api/invitations')
  create({ body }: RouteInput<'POST /api/invitations'>, @SignedIn() account: Account) {
    return this.invitations.create(account, body);
  }

  @HttpRoute('DELETE /api/invitations/:id')
  revoke({ params }: RouteInput<'DELETE /api/invitations/:id'>, @SignedIn() account: Account) {
    return this.invitations.revoke(account, params.id);
  }

  @HttpRoute('POST /api/invitations/preview')
  preview({ body }: RouteInput<'POST /api/invitations/preview'>, @Req() request: SignedRequest) {
    this.attempts.take(request.ip);
    return this.invitations.preview(body.token);
  }

  @HttpRoute('POST /api/invitations/accept')
  async accept(
    { body }: RouteInput<'POST /api/invitations/accept'>,
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RouteReply<'POST /api/invitations/accept'>> {
    this.attempts.take(request.ip);
    const { account, secret } = await this.invitations.accept(request.account ?? null, body);
    if (secret) setSessionCookie(response, this.config, secret);
    return account;
  }

  @HttpRoute('GET /api/members')
  members({ query }: RouteInput<'GET /api/members'>, @SignedIn() account: Account) {
    return this.invitations.members(account, query);
  }

  @HttpRoute('DELETE /api/members/:id')
  removeMember({ params, query }: RouteInput<'DELETE /api/members/:id'>, @SignedIn() account: Account) {
    return this.invitations.removeMember(account, query, params.id);
  }
}
