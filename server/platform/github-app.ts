import { createAppAuth } from '@octokit/auth-app';
import { request as octokitRequest } from '@octokit/request';
import { LRUCache } from 'lru-cache';
import { RequestError } from 'octokit';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '../protocol/error.js';
import { isRateLimited, orNull, told } from './github-refusal.js';
import { log } from './log.js';

/** What a GitHub App proves itself with. */
export type GithubAppKey = { appId: number; privateKey: string };

/** Where the App is installed, and what it may do there. */
export type Installed = { id: number; account: string; contents: 'read' | 'write' };

type InstallationAnswer = {
  id: number;
  account: { login: string } | { slug: string } | null;
  suspended_at?: string | null;
  permissions?: { contents?: string };
};
/** What was found by a name, and how to ask whether it still is so. */
type Found = { installed: Installed | null; etag: string | undefined; at: number };

/** How long it is believed where the App is installed; then it is asked for by its ETag. */
const BELIEVED_MS = 60_000;
const REPOSITORIES_MAX = 5_000;
/** A token lasts an hour. One that ends sooner than this is not begun with: a commit of many files takes minutes. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** GitHub knows a new token everywhere after a few seconds; until then it says 401. */
const NEW_MS = 5_000;
const NEW_RETRIES = 3;
const NEW_WAIT_MS = 1_000;

/** For whoever may know that there is such a repository: what is to be done. */
export class NotInstalled extends ProtocolError {
  constructor(name: string, where: string | null) {
    const link = where === null ? '' : `: ${where}/installations/new`;
    super(
      'not-found',
      `Perch’s GitHub App is not installed on ${name}, or there is no such repository. Whoever administers it installs the App there, or lets it reach this repository too${link}`,
    );
    this.name = 'NotInstalled';
  }
}

/**
 * Perch in its own name, as a GitHub App: a token for each installation, which
 * reaches what it is installed on and nothing else. Tokens live in memory
 * alone, until shortly before they end.
 */
export class GithubApp {
  readonly #auth: ReturnType<typeof createAppAuth>;
  readonly #ask: typeof octokitRequest;
  readonly #byName = new LRUCache<string, Found>({ max: REPOSITORIES_MAX });
  readonly #asking = new Map<string, Promise<Installed | null>>();
  /** What a repository was last called, by its id and by its node id. */
  readonly #names = new LRUCache<string, string>({ max: 2 * REPOSITORIES_MAX });
  #page: Promise<string | null> | undefined;

  constructor(apiUrl: string, { appId, privateKey }: GithubAppKey, fetch: typeof globalThis.fetch) {
    const request = octokitRequest.defaults({
      baseUrl: apiUrl.replace(/\/$/, ''),
      headers: { 'user-agent': 'perch' },
      request: { fetch },
    });
    this.#auth = createAppAuth({
      appId,
      privateKey,
      request,
      log: { warn: (text: string) => log.warn(text) },
    });
    this.#ask = request.defaults({ request: { hook: this.#auth.hook } });
  }

  /** Where the App is installed, all of it. */
  async installations(): Promise<Installed[]> {
    const all: Installed[] = [];
    for (let page = 1; ; page++) {
      const { data } = await told(this.#ask('GET /app/installations', { per_page: 100, page }));
      all.push(...(data as InstallationAnswer[]).flatMap((each) => toInstalled(each) ?? []));
      if (data.length < 100) return all;
    }
  }

  /** By which installation a repository is reached. */
  async of(owner: string, repo: string): Promise<Installed | null> {
    const key = `${owner}/${repo}`.toLowerCase();
    const known = this.#byName.get(key);
    if (known && performance.now() - known.at < BELIEVED_MS) return known.installed;
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#look(key, owner, repo, known).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  /** The same where it has to be. @throws {NotInstalled} */
  async require(owner: string, repo: string): Promise<Installed> {
    const installed = await this.of(owner, repo);
    if (!installed) throw await this.absence(`${owner}/${repo}`);
    return installed;
  }

  async absence(name: string): Promise<NotInstalled> {
    this.#page ??= this.#ask('GET /app').then(
      ({ data }) => data?.html_url ?? null,
      () => {
        this.#page = undefined;
        return null;
      },
    );
    return new NotInstalled(name, await this.#page);
  }

  /** The forge says that the App may be installed elsewhere by now. */
  forget(): void {
    for (const found of this.#byName.values()) found.at = -Infinity;
  }

  /** What a repository is called, for what is asked by its ids later. */
  learn(repository: { id: number; nodeId: string; owner: string; name: string }): void {
    const name = `${repository.owner}/${repository.name}`;
    this.#names.set(String(repository.id), name);
    this.#names.set(repository.nodeId, name);
  }

  learnName(id: string, owner: string, repo: string): void {
    this.#names.set(id, `${owner}/${repo}`);
  }

  /** Null for one that was not seen since this process began. */
  nameOf(id: number | string): { owner: string; repo: string } | null {
    const [owner, repo] = this.#names.get(String(id))?.split('/') ?? [];
    return owner !== undefined && repo !== undefined ? { owner, repo } : null;
  }

  /** @throws {NotInstalled} @throws {ProtocolError} */
  async token(installed: Installed): Promise<string> {
    return (await this.#token(installed)).token;
  }

  /** Asks with an installation's token: a new one that is not known everywhere yet, or one that was revoked, is no refusal. */
  async with<Answer>(installed: Installed, send: (token: string) => Promise<Answer>): Promise<Answer> {
    let given = await this.#token(installed);
    for (let attempt = 1; ; attempt++)
      try {
        return await send(given.token);
      } catch (error) {
        if (!(error instanceof RequestError) || error.status !== 401 || attempt > NEW_RETRIES) throw error;
        if (Date.now() - Date.parse(given.createdAt) < NEW_MS) await sleep(NEW_WAIT_MS);
        else given = await this.#token(installed, true);
      }
  }

  async #token({ id }: Installed, refresh = false): Promise<{ token: string; createdAt: string }> {
    const given = await this.#given(id, refresh);
    const left = Date.parse(given.expiresAt) - Date.now();
    const isNew = Date.now() - Date.parse(given.createdAt) < NEW_MS;
    return left > RENEW_BEFORE_MS || isNew ? given : this.#given(id, true);
  }

  async #given(installationId: number, refresh: boolean) {
    try {
      return await this.#auth({ type: 'installation', installationId, refresh });
    } catch (error) {
      // Gone, or suspended: the next look by name finds out.
      if (!(error instanceof RequestError) || ![403, 404].includes(error.status)) throw error;
      if (isRateLimited(error)) throw error;
      this.forget();
      throw await this.absence('this repository any more');
    }
  }

  async #look(key: string, owner: string, repo: string, known: Found | undefined): Promise<Installed | null> {
    const headers = known?.etag === undefined ? {} : { 'if-none-match': known.etag };
    try {
      const asked = this.#ask('GET /repos/{owner}/{repo}/installation', { owner, repo, headers });
      const answer = await orNull(asked);
      const installed = answer && toInstalled(answer.data);
      this.#byName.set(key, { installed, etag: answer?.headers.etag, at: performance.now() });
      return installed;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!known || !(cause instanceof RequestError) || cause.status !== 304) throw error;
      known.at = performance.now();
      return known.installed;
    }
  }
}

function toInstalled({ id, account, suspended_at: at, permissions }: InstallationAnswer): Installed | null {
  if (at) return null;
  // An Enterprise has a slug in place of a login.
  const name = account && ('login' in account ? account.login : account.slug);
  return { id, account: name ?? '', contents: permissions?.contents === 'write' ? 'write' : 'read' };
}
