import type { NextFunction, Request, Response } from 'express';
import { userOf, type ForgeContext } from './forge-context.js';
import { ForgeError } from './forge-error.js';
import type { ForgeRates } from './limits.js';

const HOUR_S = 3_600;
const MINUTE_MS = 60_000;
const REQUESTS_PER_HOUR = 5_000;
const SEARCHES_PER_MINUTE = 30;

type Resource = 'core' | 'graphql' | 'search';
type Window = { used: number; limit: number; reset: number };

/**
 * Counts what each user asks for, tells it in GitHub's headers, and refuses
 * as GitHub does where rates are set. A 304 costs nothing.
 */
export class RequestBudget {
  /** How often each `METHOD route status` was answered, for tests to see what a client asks. */
  readonly answers = new Map<string, number>();
  readonly #windows = new Map<string, Window>();
  readonly #writes = new Map<string, number[]>();

  constructor(
    private readonly context: ForgeContext,
    private readonly rates: ForgeRates | undefined,
  ) {}

  readonly middleware = (request: Request, response: Response, next: NextFunction): void => {
    // GitHub heeds If-None-Match whatever the client's own cache would; fetch sends both.
    delete request.headers['cache-control'];
    const who = this.#who(request);
    const resource = resourceOf(request.path);
    const window = this.#window(who, resource);
    const isFree = request.path.endsWith('/rate_limit');
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => Response;
    response.writeHead = ((...args: unknown[]) => {
      if (response.statusCode !== 304 && !isFree && window.used < window.limit) window.used++;
      this.#tell(response, window, resource);
      this.#count(request, response.statusCode);
      return writeHead(...args);
    }) as Response['writeHead'];
    response.setHeader('Cache-Control', 'private, max-age=60, s-maxage=60');
    response.setHeader('Vary', 'Accept, Authorization, Cookie, X-GitHub-OTP');
    if (!isFree) this.#refuse(who, window, request, response);
    next();
  };

  /** What `GET /rate_limit` answers. */
  answer(request: Request) {
    const who = this.#who(request);
    const of = (resource: Resource) => {
      const { limit, used, reset } = this.#window(who, resource);
      return { limit, used, remaining: limit - used, reset };
    };
    const core = of('core');
    return { resources: { core, graphql: of('graphql'), search: of('search') }, rate: core };
  }

  #refuse(who: string, window: Window, request: Request, response: Response): void {
    if (!this.rates) return;
    const { requestsPerHour, writesPerMinute, retryAfterSeconds = 60, refusalStatus = 403 } = this.rates;
    if (requestsPerHour !== undefined && window.used >= window.limit) {
      throw new ForgeError(refusalStatus, `API rate limit exceeded for user ${who}.`);
    }
    if (writesPerMinute === undefined || request.method === 'GET' || request.method === 'HEAD') return;
    const since = Date.now() - MINUTE_MS;
    const writes = (this.#writes.get(who) ?? []).filter((at) => at > since);
    if (writes.length >= writesPerMinute) {
      response.setHeader('Retry-After', retryAfterSeconds);
      throw new ForgeError(
        refusalStatus,
        'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.',
      );
    }
    this.#writes.set(who, [...writes, Date.now()]);
  }

  #tell(response: Response, { limit, used, reset }: Window, resource: Resource): void {
    response.setHeader('X-RateLimit-Limit', limit);
    response.setHeader('X-RateLimit-Remaining', limit - used);
    response.setHeader('X-RateLimit-Used', used);
    response.setHeader('X-RateLimit-Reset', reset);
    response.setHeader('X-RateLimit-Resource', resource);
  }

  #count(request: Request, status: number): void {
    const path = request.originalUrl.split('?')[0]!.replace(/^\/api(?:\/v3)?\//, '');
    const [, inRepository = path.split('/')[0]] = /^repos\/[^/]+\/[^/]+\/((?:git\/)?[^/]+)/.exec(path) ?? [];
    const key = `${request.method} ${inRepository} ${status}`;
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
  }

  #who(request: Request): string {
    try {
      return userOf(this.context, request).login;
    } catch {
      return '';
    }
  }

  #window(who: string, resource: Resource): Window {
    const now = Math.floor(Date.now() / 1000);
    const key = `${resource} ${who}`;
    const known = this.#windows.get(key);
    if (known && now < known.reset) return known;
    const window =
      resource === 'search'
        ? { used: 0, limit: SEARCHES_PER_MINUTE, reset: now + 60 }
        : { used: 0, limit: this.rates?.requestsPerHour ?? REQUESTS_PER_HOUR, reset: now + HOUR_S };
    this.#windows.set(key, window);
    return window;
  }
}

function resourceOf(path: string): Resource {
  if (path.startsWith('/graphql')) return 'graphql';
  return path.startsWith('/v3/search/') ? 'search' : 'core';
}
