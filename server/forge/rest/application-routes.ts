import type { Request, Router } from 'express';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { userAnswer } from '../answers.js';
import { appTokenOf, bodyOf, userOf, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import type { OAuthApp } from '../oauth/grants.js';
import { paginate } from './pagination.js';

const tokenBody = z.object({ access_token: z.string() });

/** What an App may ask about the tokens it was given, and what a person keeps private. */
export function applicationRoutes(router: Router, context: ForgeContext): void {
  const { grants, addresses } = context;
  const address = '/applications/:client_id/token';
  const tokenIn = (request: Request, app: OAuthApp) => {
    const found = grants.find(bodyOf(tokenBody, request, 'OauthAccess').access_token);
    return found?.app === app ? found : undefined;
  };

  router.get('/user/emails', (request, response) => {
    const user = userOf(context, request);
    if (appTokenOf(context, request)?.app.readsEmails === false)
      throw new ForgeError(403, 'Resource not accessible by integration');
    response.json(
      paginate(request, response, [
        {
          email: user.email,
          primary: true,
          verified: true,
          visibility: user.isEmailHidden ? 'private' : 'public',
        },
      ]),
    );
  });

  router.post(address, (request, response) => {
    const app = appOf(context, request);
    const found = tokenIn(request, app);
    if (!found) throw notFound();
    const createdAt = new Date(found.createdAt).toISOString();
    response.json({
      id: found.id,
      url: `${addresses.api}/authorizations/${found.id}`,
      scopes: [],
      token: found.access,
      token_last_eight: found.access.slice(-8),
      hashed_token: createHash('sha256').update(found.access).digest('hex'),
      app: { client_id: app.clientId, name: app.name ?? app.clientId, url: addresses.web },
      note: null,
      note_url: null,
      created_at: createdAt,
      updated_at: createdAt,
      fingerprint: null,
      user: userAnswer(found.user, addresses),
      expires_at: new Date(found.expiresAt).toISOString(),
    });
  });

  router.delete(address, (request, response) => {
    const found = tokenIn(request, appOf(context, request));
    if (!found) throw notRevocable();
    grants.revoke(found);
    response.status(204).end();
  });

  router.delete('/applications/:client_id/grant', (request, response) => {
    const app = appOf(context, request);
    const found = tokenIn(request, app);
    if (!found) throw notRevocable();
    grants.revokeAll(app, found.user);
    response.status(204).end();
  });
}

/** An App names itself by its id and its secret. */
function appOf(context: ForgeContext, request: Request): OAuthApp {
  const [, encoded = ''] = /^basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [clientId, ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  const app = context.grants.app(clientId);
  if (!app || app.clientSecret !== secret.join(':')) throw new ForgeError(401, 'Bad credentials');
  if (request.params.client_id !== app.clientId) throw notFound();
  return app;
}

const notRevocable = () =>
  new ForgeError(422, 'Validation Failed', [
    { resource: 'OauthAccess', code: 'invalid', field: 'access_token' },
  ]);
