import type { Request } from 'express';
import { z } from 'zod';
import type { Addresses } from './answers.js';
import { ForgeError, notFound } from './forge-error.js';
import { permits, type ForgeUser, type HostedRepository, type Permission } from './hosted-repository.js';
import type { ForgeLimits } from './limits.js';
import type { Installations } from './apps/installations.js';
import type { Authorized, Grants } from './oauth/grants.js';
import type { WebhookSender } from './webhook.js';

/** What every route works with. */
export type ForgeContext = {
  addresses: Addresses;
  repositories: Map<number, HostedRepository>;
  /** Of repositories that were renamed or transferred: `owner/name` without case, and the id. */
  formerNames: Map<string, number>;
  users: ForgeUser[];
  limits: ForgeLimits;
  hooks: WebhookSender;
  /** Where git's hook for pushes is. */
  pushHook: string;
  grants: Grants;
  installations: Installations;
};

/** Above all users' ids. */
const BOTS_FROM = 1_000_000;

/** Whose token a request carries. @throws {ForgeError} 401 */
export function userOf(context: ForgeContext, request: Request): ForgeUser {
  const token = tokenOf(request);
  const user =
    context.users.find((each) => each.token === token) ??
    appTokenOf(context, request)?.user ??
    botOf(context, token);
  if (user) return user;
  throw new ForgeError(401, token === undefined ? 'Requires authentication' : 'Bad credentials');
}

/** What an App was given to act for somebody, where the request carries that. */
export function appTokenOf(context: ForgeContext, request: Request): Authorized | undefined {
  const token = tokenOf(request);
  return token === undefined ? undefined : context.grants.find(token);
}

/** An App in its own name. */
function botOf(context: ForgeContext, token: string | undefined): ForgeUser | undefined {
  const installation = token === undefined ? undefined : context.installations.byToken(token);
  if (token === undefined || !installation) return undefined;
  const { id, slug } = installation.app;
  const email = `${BOTS_FROM + id}+${slug}[bot]@users.noreply.perch.invalid`;
  return { id: BOTS_FROM + id, login: `${slug}[bot]`, name: slug, email, token, installation };
}

export function tokenOf(request: Request): string | undefined {
  const header = request.headers.authorization ?? '';
  const bearer = /^(?:token|bearer) (.+)$/i.exec(header)?.[1];
  const basic = /^basic (.+)$/i.exec(header)?.[1];
  return bearer ?? (basic && Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':'));
}

/** The repository a request names. @throws {ForgeError} 404 to whoever may not read it, 403 to whoever may not do this */
export function repositoryOf(context: ForgeContext, request: Request, need: Permission) {
  const user = userOf(context, request);
  const { owner, repo } = request.params as { owner: string; repo: string };
  const repository = findRepository(context, owner, repo);
  const permission = repository?.permissionOf(user);
  if (!repository || !permission) throw notFound();
  if (!permits(permission, need))
    throw new ForgeError(403, 'Resource not accessible by personal access token');
  return { user, repository, permission };
}

export function findRepository(
  context: ForgeContext,
  owner: string,
  name: string,
): HostedRepository | undefined {
  const wanted = nameOf({ owner, name });
  return [...context.repositories.values()].find((each) => nameOf(each) === wanted);
}

/** The same, by a name it had before too, as GitHub leads on from one. */
export function findRenamed(
  context: ForgeContext,
  owner: string,
  name: string,
): HostedRepository | undefined {
  const id = context.formerNames.get(nameOf({ owner, name }));
  return (
    findRepository(context, owner, name) ?? (id === undefined ? undefined : context.repositories.get(id))
  );
}

/** What asks for it by the name it has had is led on. */
export function rename(
  context: ForgeContext,
  repository: HostedRepository,
  change: { owner?: string; name?: string },
): void {
  context.formerNames.set(nameOf(repository), repository.id);
  Object.assign(repository, change);
  context.formerNames.delete(nameOf(repository));
}

export const nameOf = ({ owner, name }: { owner: string; name: string }): string =>
  `${owner}/${name}`.toLowerCase();

/** The rest of a path, each segment decoded once. */
export function wildcard(request: Request, name: string): string {
  const value: unknown = (request.params as Record<string, unknown>)[name];
  return Array.isArray(value) ? value.join('/') : String(value);
}

/** @throws {ForgeError} 422 with GitHub's list of faults */
export function bodyOf<Schema extends z.ZodType>(
  schema: Schema,
  request: Request,
  resource: string,
): z.output<Schema> {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    resource,
    code: 'invalid',
    field: issue.path.join('.'),
    message: issue.message,
  }));
  throw new ForgeError(422, 'Validation Failed', errors);
}
