import express, { type NextFunction, type Request, type Response } from 'express';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { repositoryUrl, type Addresses } from './answers.js';
import { Installations, type InstallableApp } from './apps/installations.js';
import { findRenamed, findRepository, nameOf, type ForgeContext } from './forge-context.js';
import { ForgeError, notFound } from './forge-error.js';
import { GitFailure, gitText } from './git/git.js';
import { writePushHook } from './git/push-hook.js';
import { graphqlRoutes } from './graphql.js';
import { HostedRepository, type ForgeUser, type Permission } from './hosted-repository.js';
import { RepositoryIds } from './repository-ids.js';
import { GITHUB_LIMITS, type ForgeLimits, type ForgeRates } from './limits.js';
import { Grants, type OAuthApp } from './oauth/grants.js';
import { oauthRoutes } from './oauth/oauth-routes.js';
import { RequestBudget } from './request-budget.js';
import { applicationRoutes } from './rest/application-routes.js';
import { administrationRoutes } from './rest/administration-routes.js';
import { contentsRoutes } from './rest/contents-routes.js';
import { historyRoutes } from './rest/history-routes.js';
import { hookRoutes } from './rest/hook-routes.js';
import { installationRoutes } from './rest/installation-routes.js';
import { objectRoutes } from './rest/object-routes.js';
import { protectionRoutes } from './rest/protection-routes.js';
import { refRoutes } from './rest/ref-routes.js';
import { repositoryRoutes } from './rest/repository-routes.js';
import { searchRoutes } from './rest/search-routes.js';
import { writeContentsRoutes } from './rest/write-contents-routes.js';
import { serveGit } from './smart-http.js';
import { WebhookSender } from './webhook.js';

/** GitHub's limit for what it takes in one request. */
const BODY_LIMIT = '40mb';

export type ServedRepository = {
  owner: string;
  name: string;
  /** A bare repository, or a person's own, which is then served in place. */
  path: string;
  private?: boolean;
  description?: string;
  /** By login; without it every user administers the repository. */
  permissions?: Record<string, Permission>;
};

export type Forge = {
  /** Where git clones from: `${url}/${owner}/${name}.git`. */
  url: string;
  /** What GITHUB_API_URL would be. */
  apiUrl: string;
  /** How often each `METHOD route status` was answered. */
  answers: ReadonlyMap<string, number>;
  /** As a person does in his settings: no App may act for him any more. */
  takeBack(login: string): void;
  /** Where Apps are installed. */
  installations: Installations;
  addRepository(repository: ServedRepository): Promise<HostedRepository>;
  /** Tells this address of whatever happens in any repository served by now. */
  addHook(hook: { url: string; secret: string; events: string[] }): void;
  stop(): Promise<void>;
};

/**
 * The built-in forge: the part of GitHub that Perch needs, over git
 * repositories on this machine, laid out as GitHub Enterprise is. It lives as
 * long as its server; what it serves lives on disk. It never moves a
 * checked-out branch under a person's uncommitted work.
 *
 * FRG1 Answers fit GitHub's published description.
 * FRG2 Plain git clones, fetches and pushes; what is no fast-forward is refused.
 * FRG3 Refs move by compare-and-swap: of many at once exactly one wins.
 * FRG4 A served working tree keeps its uncommitted work.
 * FRG5 Who may not read gets 404, who may not write 403, who is unknown 401.
 * FRG6 Hooks are told of every moved ref, signed; what was not heard can be delivered again.
 * FRG7 What is unchanged costs nothing (304), and limits refuse in GitHub's way.
 * FRG8 What is larger than GitHub hands out is cut off or refused as there.
 * FRG9 A protected branch says so and takes what its protection allows alone.
 * FRG10 An App in its own name proves itself by a JWT, and reaches what it is installed on alone.
 * FRG9 A person lets an App act for him; codes and refresh tokens work once, tokens end.
 */
export async function startForge(options: {
  stateDirectory: string;
  users: Omit<ForgeUser, 'id'>[];
  /** Those that may ask people to act for them. */
  apps?: OAuthApp[];
  /** Those that act in their own name where they are installed. */
  installable?: InstallableApp[];
  host?: string;
  port?: number;
  /** Lower than GitHub's, for tests. */
  limits?: Partial<ForgeLimits>;
  rates?: ForgeRates;
}): Promise<Forge> {
  await mkdir(options.stateDirectory, { recursive: true });
  const ids = await RepositoryIds.open(options.stateDirectory);
  const host = options.host ?? '127.0.0.1';
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const web = `http://${host}:${(server.address() as AddressInfo).port}`;
  const addresses: Addresses = { web, api: `${web}/api/v3` };
  const context: ForgeContext = {
    addresses,
    repositories: new Map(),
    formerNames: new Map(),
    users: options.users.map((user, index) => ({ ...user, id: index + 1 })),
    limits: { ...GITHUB_LIMITS, ...options.limits },
    hooks: new WebhookSender(addresses),
    pushHook: await writePushHook(options.stateDirectory),
    grants: new Grants(options.apps ?? []),
    installations: new Installations(options.installable ?? []),
  };
  const budget = new RequestBudget(context, options.rates);
  mount(app, context, budget);
  return {
    url: web,
    apiUrl: addresses.api,
    answers: budget.answers,
    installations: context.installations,
    takeBack: (login) => {
      const user = context.users.find((each) => each.login === login);
      if (user) for (const app of context.grants.apps) context.grants.revokeAll(app, user);
    },
    addRepository: async (served) => {
      const path = await realpath(served.path);
      // Fails for what is no repository.
      await gitText(path, ['rev-parse', '--git-dir']);
      const repository = new HostedRepository(await ids.idOf(path), served.owner, served.name, path, {
        private: served.private ?? false,
        description: served.description ?? null,
        permissions: served.permissions,
      });
      const before = context.repositories.get(repository.id);
      if (before) context.formerNames.set(nameOf(before), repository.id);
      context.formerNames.delete(nameOf(repository));
      context.repositories.set(repository.id, repository);
      return repository;
    },
    addHook: (hook) => {
      for (const repository of context.repositories.values())
        context.hooks.add(repository, { ...hook, active: true });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await context.hooks.stop();
    },
  };
}

function mount(app: express.Express, context: ForgeContext, budget: RequestBudget): void {
  app.disable('x-powered-by');
  app.use((request: Request, response: Response, next: NextFunction) => {
    serveGit(context, request, response).then((served) => {
      if (!served) next();
    }, next);
  });
  app.use('/api', budget.middleware);
  const oauth = express.Router();
  oauthRoutes(oauth, context);
  app.use(oauth);
  app.use(express.json({ limit: BODY_LIMIT, type: () => true }));
  const graphql = express.Router();
  graphqlRoutes(graphql, context);
  app.use('/api', graphql);
  const rest = express.Router();
  rest.get('/rate_limit', (request, response) => {
    response.json(budget.answer(request));
  });
  rest.use('/repos/:owner/:repo', (request, response, next) => {
    const { owner, repo } = request.params;
    const now = findRenamed(context, owner, repo);
    if (!now || findRepository(context, owner, repo)) return next();
    // As GitHub leads on from the name a repository had, the method kept.
    const url = `${repositoryUrl(now, context.addresses)}${request.url === '/' ? '' : request.url}`;
    response.status(request.method === 'GET' ? 301 : 307).location(url);
    response.json({ message: 'Moved Permanently', url });
  });
  // Before the branches: `a/protection` is no branch's name here.
  protectionRoutes(rest, context);
  administrationRoutes(rest, context);
  repositoryRoutes(rest, context);
  applicationRoutes(rest, context);
  installationRoutes(rest, context);
  searchRoutes(rest, context);
  refRoutes(rest, context);
  objectRoutes(rest, context);
  historyRoutes(rest, context);
  contentsRoutes(rest, context);
  writeContentsRoutes(rest, context);
  hookRoutes(rest, context);
  app.use('/api/v3', rest);
  app.use(() => {
    throw notFound();
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const refusal = toForgeError(error);
    response.status(refusal.status).json(refusal.toBody());
  });
}

function toForgeError(error: unknown): ForgeError {
  if (error instanceof ForgeError) return error;
  const status = (error as { status?: number }).status;
  if (status === 400) return new ForgeError(400, 'Problems parsing JSON');
  if (status === 413) return new ForgeError(422, 'Sorry, your input was too large to process.');
  const detail = error instanceof GitFailure ? error.message : String(error);
  return new ForgeError(500, `Server Error: ${detail}`);
}
