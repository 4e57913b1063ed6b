import { Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../config.js';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { Account } from '../protocol/user.js';
import { AttemptLimit } from './attempt-limit.js';
import { AuthService } from './auth.service.js';
import { setSessionCookie } from './session-cookie.js';

@Controller()
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly attempts: AttemptLimit,
    private readonly config: Config,
  ) {}

  @HttpRoute('GET /api/session')
  read(_input: RouteInput<'GET /api/session'>, @SignedIn() account: Account): Promise<Account> {
    return Promise.resolve(account);
  }

  @HttpRoute('POST /api/session')
  async signIn(
    { body }: RouteInput<'POST /api/session'>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Account> {
    this.attempts.take(request.ip);
    const { account, secret } = await this.auth.signInByLink(body.token);
    setSessionCookie(response, this.config, secret);
    return account;
  }

  @HttpRoute('PATCH /api/session')
  update({ body }: RouteInput<'PATCH /api/session'>, @SignedIn() account: Account): Promise<Account> {
    return this.auth.updateAccount(account, body);
  }

  @HttpRoute('DELETE /api/session')
  async signOut(
    _input: RouteInput<'DELETE /api/session'>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<null> {
    await this.auth.signOut(request.headers.cookie);
    setSessionCookie(response, this.config, '');
    return null;
  }
}
