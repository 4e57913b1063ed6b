import { LRUCache } from 'lru-cache';
import { Octokit, RequestError } from 'octokit';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolError } from '../protocol/error.js';
import type { ForgeBudgets, ForgeTokenName } from './forge-budgets.js';
import type { GithubApp, GithubAppKey, Installed } from './github-app.js';
import { log } from './log.js';
import { TokenBucket } from './token-bucket.js';

/** A wait longer than this is told to the person instead of being sat out. */
const RETRY_AFTER_MAX_S = 10;
/** A page of a hundred branches is some 30 kB. */
const ANSWERS_CACHED = 500;

/**
 * GitHub takes 80 content-making requests a minute. Octokit keeps to that by
 * sending one a second, so that each commit would take three; a burst may go at once.
 */
const WRITES_PER_SECOND = 1;
const WRITES_BURST = 15;
/** It takes 30 searches a minute; Octokit keeps them two seconds apart, which whoever types would see. */
const SEARCHES_PER_SECOND = 0.3;
const SEARCHES_BURST = 10;

export type GithubOptions = {
  apiUrl: string;
  /** For a forge of one's own, which does not limit what is made or searched in a minute. */
  isOwn?: boolean;
  /** Lower, for tests. */
  answerMaxMs?: number;
} & ({ token: string; app?: undefined } | { app: GithubAppKey; token?: undefined });

/** Who asks, and where it is kept what his answers say of his budget. */
export type Asker = { budgets: ForgeBudgets } & (
  | { name: ForgeTokenName; token: string }
  | { app: GithubApp }
);

type Answer = { headers: Record<string, string | number | undefined>; data: unknown };

/**
 * Octokit as Perch uses it (GIT6): an answer seen before is asked for by its
 * ETag, which costs nothing of the hour's budget; `retry-after` is honoured;
 * a 409 is an answer, not a failure to retry, which would stall a commit for 15 s.
 */
export function createOctokit(options: Pick<GithubOptions, 'apiUrl' | 'isOwn'>, asker: Asker): Octokit {
  const mayWait = (retryAfter: number, kind: string, attempts: number): boolean => {
    log.warn({ retryAfter }, `the forge asks to wait: ${kind}`);
    return retryAfter <= RETRY_AFTER_MAX_S && attempts < 1;
  };
  const octokit = new Octokit({
    userAgent: 'perch',
    ...('app' in asker
      ? { authStrategy: () => asInstallation(asker.app, asker.budgets) }
      : { auth: asker.token, request: { fetch: asker.budgets.fetchAs(asker.name) } }),
    baseUrl: options.apiUrl.replace(/\/$/, ''),
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451], retries: 2 },
    throttle: {
      write: AT_ONCE,
      search: AT_ONCE,
      onRateLimit: (after: number, _options: object, _octokit: unknown, attempts: number) =>
        mayWait(after, 'rate limit', attempts),
      onSecondaryRateLimit: (after: number, _options: object, _octokit: unknown, attempts: number) =>
        mayWait(after, 'secondary limit', attempts),
    },
    log: { debug: () => {}, info: () => {}, warn: (text: string) => log.warn(text), error: () => {} },
  });
  if (!options.isOwn) takeTurns(octokit);
  rememberAnswers(octokit);
  return octokit;
}

/**
 * Keeps to GitHub's limits on what is made and searched. Octokit's own limiter is let
 * through: it takes every GraphQL question for a write, and cannot tell which one waits.
 */
function takeTurns(octokit: Octokit): void {
  const write = turns(new TokenBucket(WRITES_PER_SECOND, WRITES_BURST));
  const search = turns(new TokenBucket(SEARCHES_PER_SECOND, SEARCHES_BURST));
  octokit.hook.wrap('request', async (request, options) => {
    const { query } = options as { query?: unknown };
    const isQuestion = typeof query === 'string' && !/^\s*mutation\b/.test(query);
    if (options.method !== 'GET' && !isQuestion) await write();
    if (options.method === 'GET' && options.url.startsWith('/search/')) await search();
    return request(options);
  });
}

function turns(bucket: TokenBucket): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  return () => {
    turn = turn.then(async () => {
      for (let wait = bucket.take(); wait > 0; wait = bucket.take()) await sleep(wait);
    });
    return turn;
  };
}

/** A limiter of Octokit's that holds nothing up. */
const AT_ONCE = { key: () => ({ schedule: (_options: object, run: () => Promise<void>) => run() }) } as never;

/** What changes seldom is asked for by its ETag. Trees and blobs never change: GithubClient keeps those. */
function rememberAnswers(octokit: Octokit): void {
  const answers = new LRUCache<string, Answer>({ max: ANSWERS_CACHED });
  octokit.hook.wrap('request', async (request, options) => {
    const { method, url } = octokit.request.endpoint(options);
    if (method !== 'GET' || /\/git\/(?:trees|blobs)\//.test(url)) return request(options);
    // Of installations each has its own list at the same address.
    const { installation } = (options as Endpoint).request ?? {};
    const key = installation ? `${installation.id} ${url}` : url;
    const known = answers.get(key);
    if (known?.headers.etag) options.headers['if-none-match'] = String(known.headers.etag);
    try {
      const answer = await request(options);
      if (answer.headers.etag) answers.set(key, answer);
      return answer;
    } catch (error) {
      // What is left of the budget stands in the headers of now.
      if (known && error instanceof RequestError && error.status === 304)
        return { ...known, headers: { ...known.headers, ...error.response?.headers } } as never;
      throw error;
    }
  });
}

type Requesting = Octokit['request'];
type Endpoint = ReturnType<Requesting['endpoint']['merge']> & {
  variables?: { owner?: string; repo?: string; repositoryId?: string };
  request?: { installation?: Installed };
};

/** How Octokit lets an App ask: each request with the token of the installation that reaches what it is about. */
function asInstallation(app: GithubApp, budgets: ForgeBudgets) {
  const hook = async (request: Requesting, ...asked: Parameters<Requesting['endpoint']['merge']>) => {
    const endpoint = request.endpoint.merge(...asked) as Endpoint;
    const { pathname } = new URL(request.endpoint.parse(endpoint).url);
    const installed = endpoint.request?.installation ?? (await installationOf(app, pathname, endpoint));
    const { id, account } = installed;
    const answer = await app.with(installed, (token) =>
      request({
        ...endpoint,
        headers: { ...endpoint.headers, authorization: `token ${token}` },
        request: { ...endpoint.request, fetch: budgets.fetchAs({ kind: 'installation', id, account }) },
      } as never),
    );
    // The next pages' addresses name the repository by its id.
    const [, owner, repo] = NAMED.exec(pathname) ?? [];
    const [, repositoryId] = NUMBERED.exec(answer.headers.link ?? '') ?? [];
    if (owner !== undefined && repo !== undefined && repositoryId !== undefined)
      app.learnName(repositoryId, decodeURIComponent(owner), decodeURIComponent(repo));
    return answer;
  };
  return Object.assign(() => Promise.resolve({ type: 'installation' }), { hook });
}

const NAMED = /\/repos\/([^/]+)\/([^/]+)/;
const NUMBERED = /\/repositories\/(\d+)/;

/** By the repository in the path, or in a GraphQL question. @throws {NotInstalled} */
function installationOf(app: GithubApp, pathname: string, { variables }: Endpoint): Promise<Installed> {
  const [, owner, repo] = NAMED.exec(pathname) ?? [];
  if (owner !== undefined && repo !== undefined)
    return app.require(decodeURIComponent(owner), decodeURIComponent(repo));
  if (variables?.owner !== undefined && variables.repo !== undefined)
    return app.require(variables.owner, variables.repo);
  const id = NUMBERED.exec(pathname)?.[1] ?? variables?.repositoryId;
  const known = id === undefined ? null : app.nameOf(id);
  if (known) return app.require(known.owner, known.repo);
  throw new ProtocolError('forge', 'Perch does not know by which installation to ask GitHub for this.');
}
