import type { HttpRoute } from '../server/protocol/http-routes.js';
import type { Repository } from '../server/protocol/repository.js';

/** A person's HTTP side, in Node. */
export class PerchClient {
  private constructor(
    readonly url: string,
    readonly cookie: string,
  ) {}

  /** The same person at another process of the same Perch. */
  at(url: string): PerchClient {
    return new PerchClient(url, this.cookie);
  }

  /** Signs in by the link that Perch printed. */
  static async owner(link: string): Promise<PerchClient> {
    const { origin, hash } = new URL(link);
    return PerchClient.#enter(origin, '/api/session', { token: hash.slice(1) });
  }

  /** Makes an invitation and joins by it. */
  async invite(
    name: string,
    role: 'read' | 'write',
    owner = 'perch',
    repo = 'perch-hop',
  ): Promise<PerchClient> {
    const made = await this.call<{ url: string }>('POST /api/invitations', '/api/invitations', {
      owner,
      repo,
      role,
      expiresInHours: 1,
    });
    return PerchClient.#enter(this.url, '/api/invitations/accept', {
      token: new URL(made.url).hash.slice(1),
      name,
    });
  }

  async openWorkspace(branch: string, owner = 'perch', repo = 'perch-hop'): Promise<string> {
    return (
      await this.call<{ id: string }>('POST /api/workspaces', '/api/workspaces', { owner, repo, branch })
    ).id;
  }

  /** The repository that Perch was started on. */
  async firstRepository(): Promise<Repository> {
    return (await this.call<Repository[]>('GET /api/repositories', '/api/repositories'))[0]!;
  }

  /** @param route says which line of the protocol's table this is; `path` has its parameters filled in */
  async call<Reply>(route: HttpRoute, path: string, body?: unknown): Promise<Reply> {
    const [method] = route.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { cookie: this.cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Reply;
  }

  static async #enter(url: string, path: string, body: unknown): Promise<PerchClient> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0];
    if (!response.ok || !cookie) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new PerchClient(url, cookie);
  }
}
