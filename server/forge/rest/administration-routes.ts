import type { Request, Router } from 'express';
import { z } from 'zod';
import { repositoryAnswer, userAnswer } from '../answers.js';
import { bodyOf, findRepository, rename, repositoryOf, type ForgeContext } from '../forge-context.js';
import { ForgeError, notFound } from '../forge-error.js';
import type { ForgeUser, HostedRepository, Permission } from '../hosted-repository.js';

/** GitHub's older names for what its roles are called. */
const ROLES: Record<string, Permission> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};
const collaboration = z
  .object({ permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']).default('push') })
  .prefault({});
const repositoryName = z.string().regex(/^[\w.-]{1,100}$/);
const change = z.object({ name: repositoryName.optional(), private: z.boolean().optional() });
const transfer = z.object({ new_owner: z.string().regex(/^[\w-]{1,39}$/) });

/** Who may do what, and what a repository is called: what hooks hear of as `member` and `repository`. */
export function administrationRoutes(router: Router, context: ForgeContext): void {
  const { addresses, hooks } = context;

  const collaboratorOf = (request: Request) => {
    const { repository, user } = repositoryOf(context, request, 'admin');
    const wanted = String(request.params.username).toLowerCase();
    const member = context.users.find(({ login }) => login.toLowerCase() === wanted);
    if (!member) throw notFound();
    // From now on it is limited to those who are named.
    repository.options.permissions ??= Object.fromEntries(
      context.users.map(({ login }) => [login, 'admin' as const]),
    );
    return { repository, user, member, permissions: repository.options.permissions };
  };

  router.put('/repos/:owner/:repo/collaborators/:username', (request, response) => {
    const { repository, user, member, permissions } = collaboratorOf(request);
    const { permission } = bodyOf(collaboration, request, 'Repository');
    const role = ROLES[permission] ?? 'write';
    const known = permissions[member.login];
    permissions[member.login] = role;
    response.status(204).end();
    if (known === role) return;
    const told = known
      ? { action: 'edited', changes: { permission: { from: known, to: role } } }
      : { action: 'added', changes: { role_name: { to: role } } };
    hooks.tell(repository, user, 'member', { ...told, member: userAnswer(member, addresses) });
  });

  router.delete('/repos/:owner/:repo/collaborators/:username', (request, response) => {
    const { repository, user, member, permissions } = collaboratorOf(request);
    const known = permissions[member.login];
    delete permissions[member.login];
    response.status(204).end();
    const told = { action: 'removed', member: userAnswer(member, addresses) };
    if (known !== undefined) hooks.tell(repository, user, 'member', told);
  });

  router.patch('/repos/:owner/:repo', async (request, response) => {
    const { repository, user, permission } = repositoryOf(context, request, 'admin');
    const body = bodyOf(change, request, 'Repository');
    if (body.name !== undefined && body.name !== repository.name) {
      const { name: from } = repository;
      requireFree(repository.owner, body.name, repository);
      rename(context, repository, { name: body.name });
      tell(repository, user, 'renamed', { changes: { repository: { name: { from } } } });
    }
    if (body.private !== undefined && body.private !== repository.options.private) {
      repository.options.private = body.private;
      tell(repository, user, body.private ? 'privatized' : 'publicized');
    }
    response.json(repositoryAnswer(repository, permission, await repository.refs.head(), addresses));
  });

  router.post('/repos/:owner/:repo/transfer', async (request, response) => {
    const { repository, user, permission } = repositoryOf(context, request, 'admin');
    const { new_owner: owner } = bodyOf(transfer, request, 'Repository');
    const from = { user: userAnswer({ id: 1, login: repository.owner }, addresses) };
    requireFree(owner, repository.name, repository);
    rename(context, repository, { owner });
    const answer = repositoryAnswer(repository, permission, await repository.refs.head(), addresses);
    response.status(202).json(answer);
    tell(repository, user, 'transferred', { changes: { owner: { from } } });
  });

  router.delete('/repos/:owner/:repo', (request, response) => {
    const { repository, user } = repositoryOf(context, request, 'admin');
    // Its files are its owner's: it is only not served any more.
    context.repositories.delete(repository.id);
    response.status(204).end();
    tell(repository, user, 'deleted');
  });

  function tell(repository: HostedRepository, user: ForgeUser, action: string, more: object = {}): void {
    hooks.tell(repository, user, 'repository', { action, ...more });
  }

  function requireFree(owner: string, name: string, repository: HostedRepository): void {
    const other = findRepository(context, owner, name);
    if (other && other.id !== repository.id)
      throw new ForgeError(422, 'Validation Failed', [
        {
          resource: 'Repository',
          code: 'custom',
          field: 'name',
          message: 'name already exists on this account',
        },
      ]);
  }
}
