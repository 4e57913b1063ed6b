import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { ForgeContext } from '../forge-context.js';
import { authorizePage } from './authorize-page.js';
import type { Authorized, OAuthApp } from './grants.js';

const DOCS =
  'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors';
const LOOPBACK = /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/;

const authorization = z.object({
  client_id: z.string(),
  redirect_uri: z.string().optional(),
  state: z.string().optional(),
  login: z.string().optional(),
  code_challenge: z.string().length(43).optional(),
  code_challenge_method: z.literal('S256').optional(),
});
const consent = authorization.extend({ decision: z.enum(['allow', 'deny']) });
const trade = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  code: z.string().optional(),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
  grant_type: z.string().optional(),
  refresh_token: z.string().optional(),
});

/** OAuth's web flow, at the forge's own address: the page that asks a person, and tokens for Apps. */
export function oauthRoutes(router: Router, context: ForgeContext): void {
  const { grants } = context;
  const form = [express.urlencoded({ extended: false }), express.json()];

  router.get('/login/oauth/authorize', (request, response) => {
    const asked = authorization.safeParse(request.query);
    const app = asked.success ? grants.app(asked.data.client_id) : undefined;
    if (!asked.success || !app) {
      response.status(404).type('text').send('There is no such App.\n');
      return;
    }
    const target = redirectTarget(app, asked.data.redirect_uri);
    if (!target) {
      response.status(400).type('text').send('The redirect_uri is not associated with this application.\n');
      return;
    }
    response
      .type('html')
      .setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
      .setHeader('Cache-Control', 'no-store')
      .send(authorizePage(app, context.users, asked.data));
  });

  router.post('/login/oauth/authorize', form, (request: Request, response: Response) => {
    const given = consent.safeParse(request.body);
    const app = given.success ? grants.app(given.data.client_id) : undefined;
    const target = given.success && app ? redirectTarget(app, given.data.redirect_uri) : undefined;
    const user = context.users.find((each) => given.success && each.login === given.data.login);
    // Only the page above may consent for somebody.
    const { origin } = request.headers;
    if (!given.success || !app || !target || (origin !== undefined && origin !== context.addresses.web)) {
      response.status(400).type('text').send('This cannot be answered.\n');
      return;
    }
    const { state, decision, code_challenge: challenge } = given.data;
    if (state !== undefined) target.searchParams.set('state', state);
    if (decision === 'deny' || !user) {
      target.searchParams.set('error', 'access_denied');
      target.searchParams.set('error_description', 'The user has denied your application access.');
    } else {
      const code = grants.createCode(app, user, given.data.redirect_uri ?? target.href, challenge ?? null);
      target.searchParams.set('code', code);
    }
    response.redirect(302, target.href);
  });

  router.post('/login/oauth/access_token', form, (request: Request, response: Response) => {
    const given = trade.safeParse(request.body);
    const app = given.success ? grants.app(given.data.client_id) : undefined;
    if (!given.success || !app || app.clientSecret !== given.data.client_secret) {
      refuse(
        response,
        'incorrect_client_credentials',
        'The client_id and/or client_secret passed are incorrect.',
      );
      return;
    }
    const { grant_type: kind, refresh_token: refresh, code, redirect_uri, code_verifier } = given.data;
    if (kind === 'refresh_token') {
      const renewed = grants.refresh(app, refresh ?? '');
      if (renewed) give(response, renewed);
      else refuse(response, 'bad_refresh_token', 'The refresh token passed is incorrect or expired.');
      return;
    }
    const traded = grants.trade(app, {
      code: code ?? '',
      redirectUri: redirect_uri,
      verifier: code_verifier,
    });
    if (traded) give(response, traded);
    else refuse(response, 'bad_verification_code', 'The code passed is incorrect or expired.');
  });
}

/** Where a person is sent back to: an address the App has, or this machine. */
function redirectTarget(app: OAuthApp, given: string | undefined): URL | undefined {
  const wanted = given ?? app.callbackUrls?.[0];
  if (wanted === undefined || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  return app.callbackUrls?.includes(wanted) || LOOPBACK.test(url.hostname) ? url : undefined;
}

function give(response: Response, { access, refresh, expiresAt, refreshExpiresAt, createdAt }: Authorized) {
  response.json({
    access_token: access,
    expires_in: Math.round((expiresAt - createdAt) / 1000),
    refresh_token: refresh,
    refresh_token_expires_in: Math.round((refreshExpiresAt - createdAt) / 1000),
    token_type: 'bearer',
    scope: '',
  });
}

/** GitHub refuses with a 200. */
function refuse(response: Response, error: string, description: string) {
  response.json({ error, error_description: description, error_uri: DOCS });
}
