import { createHash, randomBytes } from 'node:crypto';
import type { ForgeUser } from '../hosted-repository.js';

export type OAuthApp = {
  clientId: string;
  clientSecret: string;
  name?: string;
  /** Besides any on this machine. */
  callbackUrls?: string[];
  /** Whether it may read addresses; it may unless this says no. */
  readsEmails?: boolean;
  /** How long its tokens last; GitHub's eight hours unless this says otherwise. */
  tokenSeconds?: number;
};

export type Authorized = {
  id: number;
  user: ForgeUser;
  app: OAuthApp;
  access: string;
  refresh: string;
  createdAt: number;
  expiresAt: number;
  refreshExpiresAt: number;
};

type Code = { user: ForgeUser; app: OAuthApp; redirectUri: string; challenge: string | null; until: number };

const CODE_MS = 10 * 60_000;
const TOKEN_S = 8 * 3_600;
/** Six months. */
const REFRESH_S = 15_811_200;

/**
 * Who lets which App act for him: codes that can be used once, tokens that
 * expire and refresh tokens that can be used once, as GitHub gives them to a
 * GitHub App. They live as long as the forge's process.
 */
export class Grants {
  readonly #codes = new Map<string, Code>();
  readonly #authorized = new Set<Authorized>();
  #lastId = 0;

  constructor(readonly apps: readonly OAuthApp[]) {}

  app(clientId: unknown): OAuthApp | undefined {
    return this.apps.find((app) => app.clientId === clientId);
  }

  /** A code for the App to trade. @param challenge of PKCE, where the App sent one */
  createCode(app: OAuthApp, user: ForgeUser, redirectUri: string, challenge: string | null): string {
    const code = randomBytes(10).toString('hex');
    this.#codes.set(code, { app, user, redirectUri, challenge, until: Date.now() + CODE_MS });
    return code;
  }

  /** Undefined for a code that was used, is over, or is for somebody else; whichever, it is used up. */
  trade(
    app: OAuthApp,
    given: { code: string; redirectUri?: string | undefined; verifier?: string | undefined },
  ): Authorized | undefined {
    const code = this.#codes.get(given.code);
    this.#codes.delete(given.code);
    if (!code || code.app !== app || code.until < Date.now()) return undefined;
    if (given.redirectUri !== undefined && given.redirectUri !== code.redirectUri) return undefined;
    if (code.challenge !== null && code.challenge !== challengeOf(given.verifier ?? '')) return undefined;
    return this.#authorize(app, code.user);
  }

  /** New tokens for an old refresh token, which ends with its access token. */
  refresh(app: OAuthApp, refresh: string): Authorized | undefined {
    const found = [...this.#authorized].find((each) => each.app === app && each.refresh === refresh);
    if (!found) return undefined;
    this.#authorized.delete(found);
    return found.refreshExpiresAt < Date.now() ? undefined : this.#authorize(app, found.user);
  }

  /** What an access token stands for, while it does. */
  find(access: string): Authorized | undefined {
    return [...this.#authorized].find((each) => each.access === access && each.expiresAt > Date.now());
  }

  revoke(authorized: Authorized): void {
    this.#authorized.delete(authorized);
  }

  /** Takes back all a person let an App do. */
  revokeAll(app: OAuthApp, user: ForgeUser): void {
    for (const each of this.#authorized)
      if (each.app === app && each.user === user) this.#authorized.delete(each);
  }

  #authorize(app: OAuthApp, user: ForgeUser): Authorized {
    const now = Date.now();
    const authorized = {
      id: ++this.#lastId,
      user,
      app,
      access: `ghu_${randomBytes(18).toString('hex')}`,
      refresh: `ghr_${randomBytes(38).toString('hex')}`,
      createdAt: now,
      expiresAt: now + (app.tokenSeconds ?? TOKEN_S) * 1000,
      refreshExpiresAt: now + REFRESH_S * 1000,
    };
    this.#authorized.add(authorized);
    return authorized;
  }
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
