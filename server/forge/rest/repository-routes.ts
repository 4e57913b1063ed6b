import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import {
  accountAnswer,
  commitAnswer,
  permissionsAnswer,
  repositoryAnswer,
  repositoryUrl,
  userAnswer,
} from '../answers.js';
import { protectionOf } from '../branch-protection.js';
import { bodyOf, repositoryOf, userOf, wildcard, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import type { ForgeUser, HostedRepository, Permission } from '../hosted-repository.js';
import { RefRefused } from '../git/ref-store.js';
import { paginate } from './pagination.js';

const renaming = z.object({ new_name: z.string() });

/** Users, repositories, permissions and branches. */
export function repositoryRoutes(router: Router, context: ForgeContext): void {
  const { addresses } = context;
  const answer = async (repository: HostedRepository, permission: Permission | null) =>
    repositoryAnswer(repository, permission, await repository.refs.head(), addresses);

  router.get('/user', (request, response) => {
    response.json(accountAnswer(personOf(context, request), addresses));
  });

  router.get('/user/repos', async (request, response) => {
    const user = personOf(context, request);
    const visible = [...context.repositories.values()].flatMap((repository) => {
      const permission = repository.permissionOf(user);
      return permission ? [{ repository, permission }] : [];
    });
    const page = paginate(request, response, visible);
    response.json(
      await Promise.all(page.map(({ repository, permission }) => answer(repository, permission))),
    );
  });

  router.get('/repositories/:id', async (request, response) => {
    const user = userOf(context, request);
    const repository = context.repositories.get(Number(request.params.id));
    const permission = repository?.permissionOf(user);
    if (!repository || !permission) throw notFound();
    response.json(await answer(repository, user.installation ? null : permission));
  });

  router.get('/repos/:owner/:repo', async (request, response) => {
    const { repository, permission, user } = repositoryOf(context, request, 'read');
    response.json(await answer(repository, user.installation ? null : permission));
  });

  router.get('/repos/:owner/:repo/collaborators/:username/permission', (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const user = userNamed(request.params.username);
    const held = repository.permissionOf(user);
    const role = held ?? 'none';
    response.json({
      // The older field knows four roles only.
      permission: role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role,
      role_name: role,
      user: { ...userAnswer(user, addresses), role_name: role, permissions: permissionsAnswer(held) },
    });
  });

  router.get('/repos/:owner/:repo/branches', async (request, response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const wanted = request.query.protected;
    const refs = (await repository.refs.list('refs/heads/')).filter(
      ({ ref }) => wanted === undefined || String(protectionOf(repository, ref) !== undefined) === wanted,
    );
    const page = paginate(request, response, refs);
    response.json(page.map(({ ref, sha }) => branchAnswer(repository, ref.slice('refs/heads/'.length), sha)));
  });

  router.get('/repos/:owner/:repo/branches/*branch', async (request: Request, response: Response) => {
    const { repository } = repositoryOf(context, request, 'read');
    const name = wildcard(request, 'branch');
    const sha = await repository.refs.read(`refs/heads/${name}`);
    const commit = sha && (await repository.objects.readCommit(sha));
    if (!commit) {
      const renamed = sha === null ? await repository.refs.renamed(name) : null;
      if (renamed === null) throw new ForgeError(404, 'Branch not found');
      const url = `${repositoryUrl(repository, addresses)}/branches/${renamed.split('/').map(encodeURIComponent).join('/')}`;
      response.status(301).location(url).json({ message: 'Moved Permanently', url });
      return;
    }
    const self = `${repositoryUrl(repository, addresses)}/branches/${encodeURIComponent(name)}`;
    const protection = repository.protections.get(name);
    const checks = protection?.checks?.contexts ?? [];
    response.json({
      ...branchAnswer(repository, name, commit.sha),
      commit: commitAnswer(repository, commit, addresses),
      _links: {
        self,
        html: `${addresses.web}/${repository.owner}/${repository.name}/tree/${encodeURIComponent(name)}`,
      },
      protection: {
        enabled: protection !== undefined,
        required_status_checks: {
          enforcement_level:
            checks.length === 0 ? 'off' : protection?.enforceAdmins ? 'everyone' : 'non_admins',
          contexts: checks,
          checks: checks.map((each) => ({ context: each, app_id: null })),
        },
      },
      protection_url: `${self}/protection`,
    });
  });

  router.post('/repos/:owner/:repo/branches/*branch/rename', async (request: Request, response: Response) => {
    const { repository, user } = repositoryOf(context, request, 'write');
    const from = wildcard(request, 'branch');
    const { new_name: to } = bodyOf(renaming, request, 'Branch');
    try {
      context.hooks.moved(repository, user, await repository.refs.rename(from, to));
      const protection = repository.protections.get(from);
      if (protection) repository.protections.set(to, protection);
      repository.protections.delete(from);
    } catch (error) {
      if (!(error instanceof RefRefused)) throw error;
      throw new ForgeError(error.reason === 'absent' ? 404 : 422, error.message);
    }
    const sha = await repository.refs.read(`refs/heads/${to}`);
    response.status(201).json(branchAnswer(repository, to, sha ?? ''));
  });

  function userNamed(login: string) {
    const user = context.users.find((each) => each.login.toLowerCase() === login.toLowerCase());
    if (!user) throw notFound();
    return user;
  }

  function branchAnswer(repository: HostedRepository, name: string, sha: string) {
    return {
      name,
      commit: { sha, url: `${repositoryUrl(repository, addresses)}/commits/${sha}` },
      protected: repository.protections.has(name),
    };
  }
}

/** @throws {ForgeError} 403 to an App in its own name, which is nobody */
function personOf(context: ForgeContext, request: Request): ForgeUser {
  const user = userOf(context, request);
  if (user.installation) throw new ForgeError(403, 'Resource not accessible by integration');
  return user;
}
