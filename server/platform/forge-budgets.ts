import { LRUCache } from 'lru-cache';
import type { ForgeBudget, ForgeResource, ForgeTokenBudget } from '../protocol/forge-budget.js';
import { log } from './log.js';
import { forgePauses, forgeRequests } from './metrics.js';

/** Perch's own tokens, and people's of whom each asks with his own. */
const TOKENS_MAX = 1_000;
/** Below a tenth of the hour's requests the operator hears of it, once an hour. */
const LOW_BUDGET = 0.1;
/** GitHub gives up by itself what it has worked at for ten seconds: later than this nothing comes any more. */
const ANSWER_MAX_MS = 20_000;
/** What is sent may take longer, over a slow line. */
const BYTES_PER_MS = 50;
/** The last moment a Date can hold. */
const LATEST_MS = 8.64e15;

export type ForgeTokenName =
  | { kind: 'perch' | 'app' }
  | { kind: 'installation'; id: number; account: string }
  /** By his id here. */
  | { kind: 'person'; id: string };

type Kept = {
  token: ForgeTokenName;
  resources: Map<string, ForgeResource>;
  requests: number;
  unchanged: number;
  pauses: number;
  pausedUntil: number;
  toldUntil: Map<string, number>;
};

/**
 * What is left of the requests that the forge takes, by the token and by what
 * is asked for, as its answers said last: nothing is asked for this (GIT6).
 * Of this process alone, and as long as it lives.
 */
export class ForgeBudgets {
  readonly since = new Date();
  readonly #answerMaxMs: number;
  readonly #tokens = new LRUCache<string, Kept>({ max: TOKENS_MAX });

  constructor(answerMaxMs = ANSWER_MAX_MS) {
    this.#answerMaxMs = answerMaxMs;
  }

  /** Every request as it leaves with this token, those that are tried again too. One that gets no answer is given up. */
  fetchAs(token: ForgeTokenName): typeof fetch {
    return async (address, request) => {
      const waiting = new AbortController();
      const sent = typeof request?.body === 'string' ? request.body.length : 0;
      const timer = setTimeout(() => waiting.abort(), this.#answerMaxMs + sent / BYTES_PER_MS);
      const signal = AbortSignal.any([waiting.signal, ...(request?.signal ? [request.signal] : [])]);
      try {
        const response = await countedFetch(address, { ...request, signal });
        this.#note(token, response);
        return response;
      } finally {
        clearTimeout(timer);
      }
    };
  }

  /** Of all tokens that were asked with, the ones lately used first. */
  all(): (Omit<ForgeTokenBudget, 'token'> & { token: ForgeTokenName; id: string })[] {
    return [...this.#tokens.values()].map((kept) => ({
      token: kept.token,
      id: keyOf(kept.token),
      resources: [...kept.resources.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      requests: kept.requests,
      unchanged: kept.unchanged,
      pauses: kept.pauses,
      pausedUntil: kept.pausedUntil > Date.now() ? new Date(kept.pausedUntil).toISOString() : null,
    }));
  }

  /** What is left for everybody: of Perch's own tokens the one that has the least. */
  get shared(): ForgeBudget | null {
    const cores = [...this.#tokens.values()].flatMap(({ token, resources }) => {
      const core = resources.get('core');
      return core && (token.kind === 'perch' || token.kind === 'installation') ? [core] : [];
    });
    const current = cores.filter(({ resetsAt }) => Date.parse(resetsAt) > Date.now());
    const [least] = (current.length > 0 ? current : cores).toSorted((one, other) => left(one) - left(other));
    return least ? { limit: least.limit, remaining: least.remaining, resetsAt: least.resetsAt } : null;
  }

  #note(token: ForgeTokenName, { status, headers }: Response): void {
    const kept = this.#of(token);
    kept.requests++;
    if (status === 304) kept.unchanged++;
    const after = Number(headers.get('retry-after'));
    if ((status === 403 || status === 429) && after > 0) {
      kept.pauses++;
      forgePauses.inc();
      kept.pausedUntil = Math.max(kept.pausedUntil, Date.now() + after * 1000);
    }
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
      Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
    ) as [number, number, number];
    if (!(limit > 0) || !(reset > 0) || !Number.isFinite(remaining)) return;
    const name = headers.get('x-ratelimit-resource') ?? 'core';
    const resetsAt = new Date(Math.min(reset * 1000, LATEST_MS)).toISOString();
    const before = kept.resources.get(name);
    // Of two answers the one that was sent first may come last.
    const isLate = before?.resetsAt === resetsAt && before.remaining < remaining;
    kept.resources.set(name, {
      name,
      limit,
      remaining: isLate ? before.remaining : remaining,
      resetsAt,
      seenAt: new Date().toISOString(),
    });
    if (remaining >= limit * LOW_BUDGET || reset <= (kept.toldUntil.get(name) ?? 0)) return;
    kept.toldUntil.set(name, reset);
    log.warn({ of: token, resource: name, remaining, limit, resetsAt }, 'GitHub’s budget runs low');
  }

  #of(token: ForgeTokenName): Kept {
    const key = keyOf(token);
    let kept = this.#tokens.get(key);
    if (!kept) {
      kept = {
        token,
        resources: new Map(),
        requests: 0,
        unchanged: 0,
        pauses: 0,
        pausedUntil: 0,
        toldUntil: new Map(),
      };
      this.#tokens.set(key, kept);
    }
    return kept;
  }
}

/** Every request as it leaves. One that got no answer counts as status 0. */
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

const left = ({ remaining, limit }: ForgeResource) => remaining / limit;

function keyOf(token: ForgeTokenName): string {
  return token.kind === 'person' || token.kind === 'installation' ? `${token.kind} ${token.id}` : token.kind;
}
