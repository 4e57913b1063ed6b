import { LRUCache } from 'lru-cache';
import { Octokit, RequestError } from 'octokit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ForgeBudget } from '../protocol/repository.js';
import { log } from './log.js';
import { forgeRequests } from './metrics.js';
import { TokenBucket } from './token-bucket.js';

/** A wait longer than this is told to the person instead of being sat out. */
const RETRY_AFTER_MAX_S = 10;
/** A page of a hundred branches is some 30 kB. */
const ANSWERS_CACHED = 500;
/** Below a tenth of the hour's requests the operator hears of it, once an hour. */
const LOW_BUDGET = 0.1;
/** The last moment a Date can hold. */
const LATEST_MS = 8.64e15;

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
  token: string;
  /** For a forge of one's own, which does not limit what is made or searched in a minute. */
  isOwn?: boolean;
};

type Answer = { headers: Record<string, string | number | undefined>; data: unknown };

/**
 * Octokit as Perch uses it (GIT6): an answer seen before is asked for by its
 * ETag, which costs nothing of the hour's budget; `retry-after` is honoured;
 * a 409 is an answer, not a failure to retry, which would stall a commit for 15 s.
 */
export function createOctokit(options: GithubOptions, onBudget: (budget: ForgeBudget) => void): Octokit {
  const mayWait = (retryAfter: number, kind: string, attempts: number): boolean => {
    log.warn({ retryAfter }, `the forge asks to wait: ${kind}`);
    return retryAfter <= RETRY_AFTER_MAX_S && attempts < 1;
  };
  const octokit = new Octokit({
    userAgent: 'perch',
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/$/, ''),
    request: { fetch: countedFetch },
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
  watchBudget(octokit, onBudget);
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
    const known = answers.get(url);
    if (known?.headers.etag) options.headers['if-none-match'] = String(known.headers.etag);
    try {
      const answer = await request(options);
      if (answer.headers.etag) answers.set(url, answer);
      return answer;
    } catch (error) {
      // What is left of the budget stands in the headers of now.
      if (known && error instanceof RequestError && error.status === 304)
        return { ...known, headers: { ...known.headers, ...error.response?.headers } } as never;
      throw error;
    }
  });
}

/** Every answer says what is left, a refusal and a 304 too. GraphQL and searches have budgets of their own. */
function watchBudget(octokit: Octokit, onBudget: (budget: ForgeBudget) => void): void {
  let toldUntil = 0;
  const look = (headers: Answer['headers']): void => {
    const limit = Number(headers['x-ratelimit-limit']);
    const remaining = Number(headers['x-ratelimit-remaining']);
    const reset = Number(headers['x-ratelimit-reset']);
    if (!(limit > 0) || !(reset > 0) || !Number.isFinite(remaining)) return;
    const resetsAt = new Date(Math.min(reset * 1000, LATEST_MS)).toISOString();
    if ((headers['x-ratelimit-resource'] ?? 'core') === 'core') onBudget({ limit, remaining, resetsAt });
    if (remaining >= limit * LOW_BUDGET || reset <= toldUntil) return;
    toldUntil = reset;
    log.warn({ remaining, limit, resetsAt }, 'GitHub’s budget runs low');
  };
  octokit.hook.after('request', ({ headers }) => look(headers));
  octokit.hook.error('request', (error) => {
    if (error instanceof RequestError && error.response) look(error.response.headers);
    throw error;
  });
}

/** Every request as it leaves, those that are tried again too. One that got no answer counts as status 0. */
export const countedFetch: typeof fetch = async (...request) => {
  try {
    const response = await fetch(...request);
    forgeRequests.inc({ status: response.status });
    return response;
  } catch (error) {
    forgeRequests.inc({ status: 0 });
    throw error;
  }
};
