import type { Request, Router } from 'express';
import { repositoryAnswer, userAnswer } from '../answers.js';
import { reaches, type InstallableApp, type Installation } from '../apps/installations.js';
import { findRepository, tokenOf, userOf, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import { paginate } from './pagination.js';

const EPOCH = '2024-01-01T00:00:00Z';

/** What a GitHub App asks in its own name: where it is installed, and a token to act there. */
export function installationRoutes(router: Router, context: ForgeContext): void {
  const { addresses, installations } = context;
  const appOf = (request: Request) => installations.appOf(tokenOf(request));

  const answer = (installation: Installation) => {
    const { id, app, account, repositories, createdAt, suspendedAt } = installation;
    const url = `${addresses.api}/app/installations/${id}`;
    return {
      id,
      client_id: `Iv23${app.slug}`,
      app_id: app.id,
      app_slug: app.slug,
      account: userAnswer({ id: 1, login: account }, addresses),
      target_id: 1,
      target_type: 'User',
      repository_selection: repositories === null ? 'all' : 'selected',
      access_tokens_url: `${url}/access_tokens`,
      repositories_url: `${addresses.api}/installation/repositories`,
      html_url: `${addresses.web}/settings/installations/${id}`,
      permissions: permissionsOf(installation),
      events: [],
      single_file_name: null,
      single_file_paths: [],
      has_multiple_single_files: false,
      created_at: createdAt,
      updated_at: createdAt,
      suspended_by: null,
      suspended_at: suspendedAt,
    };
  };
  const found = (app: InstallableApp, id: string): Installation => {
    const installation = installations.find(app, Number(id));
    if (!installation) throw notFound();
    return installation;
  };

  router.get('/app', (request, response) => {
    const { id, slug } = appOf(request);
    response.json({
      id,
      slug,
      node_id: Buffer.from(`03:App${id}`).toString('base64'),
      client_id: `Iv23${slug}`,
      owner: userAnswer({ id: 1, login: 'perch' }, addresses),
      name: slug,
      description: null,
      external_url: addresses.web,
      html_url: `${addresses.web}/apps/${slug}`,
      created_at: EPOCH,
      updated_at: EPOCH,
      permissions: { metadata: 'read', contents: 'write' },
      events: [],
      installations_count: installations.of(appOf(request)).length,
    });
  });

  router.get('/app/installations', (request, response) => {
    response.json(paginate(request, response, installations.of(appOf(request)).map(answer)));
  });

  router.get('/app/installations/:id', (request, response) => {
    response.json(answer(found(appOf(request), request.params.id)));
  });

  router.get('/repos/:owner/:repo/installation', (request, response) => {
    const app = appOf(request);
    const repository = findRepository(context, request.params.owner, request.params.repo);
    const installation = installations.of(app).find((each) => repository && reaches(each, repository));
    if (!installation) throw notFound();
    response.json(answer(installation));
  });

  router.post('/app/installations/:id/access_tokens', (request, response) => {
    const installation = found(appOf(request), request.params.id);
    if (installation.suspendedAt !== null) throw new ForgeError(403, 'This installation has been suspended');
    const { secret, expiresAt } = installations.createToken(installation);
    response.status(201).json({
      token: secret,
      expires_at: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
      permissions: permissionsOf(installation),
      repository_selection: installation.repositories === null ? 'all' : 'selected',
    });
  });

  router.get('/installation/repositories', async (request, response) => {
    const { installation } = userOf(context, request);
    if (!installation) throw new ForgeError(403, 'You must authenticate with an installation access token');
    const all = [...context.repositories.values()].filter((each) => reaches(installation, each));
    const page = paginate(request, response, all);
    response.json({
      total_count: all.length,
      repository_selection: installation.repositories === null ? 'all' : 'selected',
      repositories: await Promise.all(
        page.map(async (each) => repositoryAnswer(each, null, await each.refs.head(), addresses)),
      ),
    });
  });
}

const permissionsOf = ({ contents }: Installation) => ({ metadata: 'read', contents });
