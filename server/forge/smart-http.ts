import { spawn } from 'node:child_process';
import type { Request, Response } from 'express';
import { dirname } from 'node:path';
import { pushRules } from './branch-protection.js';
import { findRenamed, userOf, type ForgeContext } from './forge-context.js';
import { gitEnvironment, gitText } from './git/git.js';
import { pushEnvironment } from './git/push-hook.js';
import type { Moved } from './git/ref-store.js';
import { permits, type HostedRepository } from './hosted-repository.js';

const ADDRESS = /^\/([^/]+)\/([^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/;

/**
 * Clone, fetch and push over HTTP, by git's own http-backend. A push is told
 * to hooks by what the refs were before and after it.
 *
 * @returns false where the address is not git's
 */
export async function serveGit(
  context: ForgeContext,
  request: Request,
  response: Response,
): Promise<boolean> {
  const found = ADDRESS.exec(request.path);
  if (!found) return false;
  const [, owner, name, action] = found as unknown as [string, string, string, string];
  const isPush = action === '/git-receive-pack' || request.query.service === 'git-receive-pack';
  let user;
  try {
    user = userOf(context, request);
  } catch {
    response
      .status(401)
      .setHeader('WWW-Authenticate', 'Basic realm="Perch"')
      .type('text')
      .send('Authentication required\n');
    return true;
  }
  const repository = findRenamed(context, decodeURIComponent(owner), decodeURIComponent(name));
  const permission = repository?.permissionOf(user);
  if (!repository || !permission) {
    response.status(404).type('text').send('Repository not found.\n');
    return true;
  }
  if (isPush && !permits(permission, 'write')) {
    response
      .status(403)
      .type('text')
      .send(`Permission to ${repository.owner}/${repository.name}.git denied to ${user.login}.\n`);
    return true;
  }
  const before = action === '/git-receive-pack' ? await refsOf(repository) : null;
  const rules = before ? pushEnvironment(context.pushHook, pushRules(repository, user)) : {};
  await runBackend(repository, action, request, response, { REMOTE_USER: user.login, ...rules });
  if (before) {
    const moves = movesBetween(before, await refsOf(repository));
    if (moves.length > 0) context.hooks.moved(repository, user, moves);
  }
  return true;
}

async function refsOf(repository: HostedRepository): Promise<Map<string, string>> {
  return new Map((await repository.refs.list('refs/')).map(({ ref, sha }) => [ref, sha]));
}

function movesBetween(before: Map<string, string>, after: Map<string, string>): Moved[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((ref) => ({ ref, before: before.get(ref) ?? null, after: after.get(ref) ?? null }))
    .filter((move) => move.before !== move.after);
}

async function runBackend(
  repository: HostedRepository,
  action: string,
  request: Request,
  response: Response,
  environment: Record<string, string>,
): Promise<void> {
  const directory = await gitText(repository.path, ['rev-parse', '--absolute-git-dir']);
  const child = spawn('git', ['http-backend'], {
    env: gitEnvironment({
      GIT_PROJECT_ROOT: dirname(directory),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `${directory.slice(dirname(directory).length)}${action}`,
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.originalUrl.split('?')[1] ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
      ...(request.headers['content-encoding']
        ? { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }
        : {}),
      ...(typeof request.headers['git-protocol'] === 'string'
        ? { GIT_PROTOCOL: request.headers['git-protocol'] }
        : {}),
      REMOTE_ADDR: '127.0.0.1',
      ...environment,
    }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve, reject) => {
    let head: Buffer | null = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      if (head === null) {
        response.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      for (const line of head.subarray(0, end).toString().split('\r\n')) {
        const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()];
        if (name.toLowerCase() === 'status') response.status(Number.parseInt(value, 10));
        else response.setHeader(name, value);
      }
      const rest = head.subarray(end + 4);
      head = null;
      if (rest.byteLength > 0) response.write(rest);
    });
    child.on('error', reject);
    child.on('close', () => {
      if (head !== null && !response.headersSent) response.status(500);
      response.end(resolve);
    });
    response.on('close', () => {
      child.kill();
      resolve();
    });
    child.stdin.on('error', () => {});
    request.pipe(child.stdin);
  });
}
