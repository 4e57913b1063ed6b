import { Controller, Req, Res } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import { AuthService } from '../auth/auth.service.js';
import { setSessionCookie } from '../auth/session-cookie.js';
import { Config } from '../config.js';
import { HttpRoute, type RouteInput, type SignedRequest } from '../platform/http-route.js';
import { KeyedLimit } from '../platform/keyed-limit.js';
import { PublicUrl } from '../platform/public-url.js';
import type { SignInProblem, SignInWays } from '../protocol/sign-in.js';
import { ATTEMPT_MS, ForgeAccountService } from './forge-account.service.js';

const ATTEMPT_COOKIE = 'perch_sign_in';
/** Each asks the forge three times; an office that arrives at nine is one address. */
const RETURNS_PER_SECOND = 1;
const RETURNS_BURST = 60;

/** Sign-in by GitHub: these are opened by a browser itself, so each of them answers with a page to go to. */
@Controller()
export class ForgeAccountController {
  readonly #returns = new KeyedLimit(
    RETURNS_PER_SECOND,
    RETURNS_BURST,
    'Too many people sign in from here at once. Wait a little and try again.',
  );

  constructor(
    private readonly accounts: ForgeAccountService,
    private readonly auth: AuthService,
    private readonly publicUrl: PublicUrl,
    private readonly config: Config,
  ) {}

  @HttpRoute('GET /api/auth')
  ways(_input: RouteInput<'GET /api/auth'>): Promise<SignInWays> {
    return Promise.resolve({ github: this.accounts.isOn });
  }

  @HttpRoute('GET /api/auth/github')
  begin(
    { query }: RouteInput<'GET /api/auth/github'>,
    @Req() request: SignedRequest,
    @Res() response: Response,
  ): Promise<null> {
    if (!this.accounts.isOn) return this.#sendBack(response, 'off', '/');
    // The forge sends people to the one address it knows, where another name's cookies are not.
    const own = new URL(this.publicUrl.get());
    if (this.config.publicUrl === undefined && request.headers.host !== own.host)
      return go(response, new URL(request.originalUrl, own).href);
    // A foreign page may lead here, but not say who somebody is.
    const site = request.headers['sec-fetch-site'];
    const mayConnect = site === undefined || site === 'same-origin' || site === 'none';
    const connect = query.connect && mayConnect ? (request.account ?? null) : null;
    const { url, cookie } = this.accounts.begin(query.next, connect);
    this.#setAttempt(response, cookie);
    return go(response, url);
  }

  @HttpRoute('GET /api/auth/github/callback')
  async finish(
    { query }: RouteInput<'GET /api/auth/github/callback'>,
    @Req() request: SignedRequest,
    @Res() response: Response,
  ): Promise<null> {
    if (!this.accounts.isOn) return this.#sendBack(response, 'off', '/');
    this.#returns.take(request.ip ?? '');
    const cookies = request.headers.cookie;
    const begun = cookies === undefined ? undefined : parseCookie(cookies)[ATTEMPT_COOKIE];
    const outcome = await this.accounts.finish(query, begun, request.account ?? null);
    // An attempt that is not this browser's says nothing against the one that is.
    if (outcome.problem !== 'foreign') this.#setAttempt(response, '');
    if (outcome.problem !== null) return this.#sendBack(response, outcome.problem, outcome.next);
    if (outcome.secret !== null) {
      setSessionCookie(response, this.config, outcome.secret);
      await this.auth.signOut(cookies);
    }
    return go(response, outcome.next);
  }

  #sendBack(response: Response, problem: SignInProblem, next: string): Promise<null> {
    const query = new URLSearchParams({ problem, ...(next !== '/' && { returnTo: next }) });
    return go(response, `/sign-in?${query}`);
  }

  #setAttempt(response: Response, value: string): void {
    response.append(
      'Set-Cookie',
      stringifySetCookie({
        name: ATTEMPT_COOKIE,
        value,
        httpOnly: true,
        // The forge's page leads back here, which a strict cookie would not survive.
        sameSite: 'lax',
        path: '/api/auth/github',
        secure: this.config.publicUrl?.startsWith('https:') ?? false,
        maxAge: value === '' ? 0 : ATTEMPT_MS / 1000,
      }),
    );
  }
}

function go(response: Response, url: string): Promise<null> {
  response.redirect(302, url);
  return Promise.resolve(null);
}
