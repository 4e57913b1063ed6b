import { createHmac, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DocumentTab } from '../../document/testing/document-tab.js';
import type { ServedRepository } from '../../forge/forge.js';
import { ForgeProxy } from '../../testing/forge-proxy.js';
import { OWNER, PerchServer, REPO, startSurroundings } from '../../testing/perch-server.js';

const run = promisify(execFile);
export const SECRET = 'a-secret-for-webhooks';

/** A Perch that takes webhooks, with somebody who pushes to its forge from a clone of his own. */
export async function startHookedPerch() {
  const surroundings = { ...(await startSurroundings()), webhookSecret: SECRET };
  const proxy = await ForgeProxy.start(surroundings.github.apiUrl);
  const perch = await PerchServer.start({
    ...surroundings,
    github: { ...surroundings.github, apiUrl: proxy.url },
  });
  const url = `${surroundings.forge.url}/${OWNER}/${REPO}.git`.replace(
    'http://',
    `http://x:${surroundings.github.token}@`,
  );
  const clone = surroundings.git.clone();
  const git = async (...args: string[]) =>
    (
      await run('git', ['-c', 'user.name=Eve', '-c', 'user.email=eve@perch.invalid', '-C', clone, ...args])
    ).stdout.trim();
  await git('remote', 'set-url', 'origin', url);
  return {
    perch,
    surroundings,
    /** Between Perch and its forge. */
    proxy,
    git,
    /** Commits a file and pushes it over HTTP: the commit. */
    async push(path: string, text: string, branch = 'main'): Promise<string> {
      await writeFile(join(clone, path), text);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', `Change ${path}`);
      await git('push', '--quiet', 'origin', `HEAD:${branch}`);
      return git('rev-parse', 'HEAD');
    },
    /** By which the forge knows it. */
    async repositoryId(): Promise<number> {
      const answer = await fetch(`${surroundings.github.apiUrl}/repos/${OWNER}/${REPO}`, {
        headers: { Authorization: `Bearer ${surroundings.github.token}` },
      });
      return ((await answer.json()) as { id: number }).id;
    },
    /** Serves the same repository under other rights. */
    serve: (more: Partial<ServedRepository>) =>
      surroundings.forge.addRepository({ owner: OWNER, name: REPO, path: surroundings.git.bare, ...more }),
    /** Somebody with a file open, who is seen to be there. */
    async enter(cookie: string, workspaceId: string, path: string): Promise<DocumentTab> {
      const tab = await DocumentTab.in(perch, cookie, workspaceId, path);
      await tab.call('workspace:join', { workspaceId });
      return tab;
    },
    /** Sends what the forge would, or what somebody else makes up. */
    deliver(
      event: string,
      payload: unknown,
      options: { guid?: string; secret?: string; headers?: Record<string, string> } = {},
    ) {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const signature = createHmac('sha256', options.secret ?? SECRET)
        .update(body)
        .digest('hex');
      return fetch(`${perch.url}/api/webhooks/github`, {
        method: 'POST',
        body,
        headers: {
          'Content-Type': 'application/json',
          'X-GitHub-Event': event,
          'X-GitHub-Delivery': options.guid ?? randomUUID(),
          'X-Hub-Signature-256': `sha256=${signature}`,
          ...options.headers,
        },
      });
    },
    async stop(): Promise<void> {
      await perch.stop();
      await proxy.stop();
      await surroundings.stop();
    },
  };
}

export type HookedPerch = Awaited<ReturnType<typeof startHookedPerch>>;
