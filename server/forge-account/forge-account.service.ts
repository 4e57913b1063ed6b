import { Injectable } from '@nestjs/common';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Transaction } from '../../db/client.js';
import { AuthService } from '../auth/auth.service.js';
import { DatabaseConnection } from '../platform/database.js';
import type { ForgePerson, ForgeTokens } from '../platform/github-oauth.js';
import { log } from '../platform/log.js';
import { PublicUrl } from '../platform/public-url.js';
import type { SignInProblem } from '../protocol/sign-in.js';
import { displayName, type Account } from '../protocol/user.js';
import { ForgeAccountRepository } from './forge-account.repository.js';
import { ForgeSignIn } from './forge-sign-in.js';
import { ForgeTokenService } from './forge-token.service.js';

/** How long a person may take at the forge. */
export const ATTEMPT_MS = 10 * 60_000;
const COOKIE = 'sign-in cookie';
const ONE_LINE_MAX = 60;

/** What the browser keeps, sealed, between leaving for the forge and coming back. */
const attempt = z.object({
  state: z.string(),
  verifier: z.string(),
  next: z.string(),
  /** Who is to be connected; null where somebody signs in. */
  connect: z.string().nullable(),
  until: z.number(),
});

export type Outcome = { next: string } & (
  | { problem: SignInProblem }
  | { problem: null; /** For the cookie; null where the session stays. */ secret: string | null }
);

/**
 * Signing in at the forge (SEC2, SEC3). An attempt belongs to the browser that
 * began it: its state and its PKCE verifier are in a sealed cookie there and
 * nowhere else, so any process can take it up. A person is known by the
 * forge's id alone.
 */
@Injectable()
export class ForgeAccountService {
  constructor(
    private readonly forge: ForgeSignIn,
    private readonly accounts: ForgeAccountRepository,
    private readonly tokens: ForgeTokenService,
    private readonly auth: AuthService,
    private readonly publicUrl: PublicUrl,
    private readonly connection: DatabaseConnection,
  ) {}

  get isOn(): boolean {
    return this.forge.isOn;
  }

  /** Where to send the browser, and the cookie to send with it. */
  begin(next: string | undefined, connect: Account | null): { url: string; cookie: string } {
    const [state, verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const kept: z.infer<typeof attempt> = {
      state,
      verifier,
      next: this.#ownPath(next),
      connect: connect && connect.id,
      until: Date.now() + ATTEMPT_MS,
    };
    return {
      url: this.forge.oauth.authorizationUrl({
        state,
        challenge: createHash('sha256').update(verifier).digest('base64url'),
        redirectUrl: this.#redirectUrl(),
      }),
      cookie: this.forge.cookies.seal(JSON.stringify(kept), COOKIE),
    };
  }

  /** @param who is signed in already in this browser */
  async finish(
    given: { code?: string | undefined; state?: string | undefined; error?: string | undefined },
    cookie: string | undefined,
    who: Account | null,
  ): Promise<Outcome> {
    const opened = cookie && this.forge.cookies.open(cookie, COOKIE);
    const begun = opened ? attempt.parse(JSON.parse(opened)) : null;
    if (!begun || given.state === undefined || !isSame(begun.state, given.state))
      return { next: '/', problem: 'foreign' };
    const { next, verifier } = begun;
    if (begun.until < Date.now()) return { next, problem: 'expired' };
    if (given.error === 'access_denied') return { next, problem: 'denied' };
    if (given.code === undefined) {
      log.warn({ error: given.error }, 'the forge sent somebody back without a code');
      return { next, problem: 'forge' };
    }
    if (begun.connect !== null && begun.connect !== who?.id) return { next, problem: 'foreign' };
    try {
      const tokens = await this.forge.oauth.exchange({
        code: given.code,
        verifier,
        redirectUrl: this.#redirectUrl(),
      });
      if (!tokens) return { next, problem: 'used' };
      const person = await this.forge.oauth.person(tokens.access);
      const signedIn = await this.#signIn(person, tokens, begun.connect);
      if (!signedIn) return { next, problem: 'taken' };
      return { next, problem: null, secret: signedIn.secret };
    } catch (error) {
      log.warn({ err: error }, 'signing in at the forge failed');
      return { next, problem: 'forge' };
    }
  }

  /** Who has signed in here as this user of the forge; null where nobody has. */
  userOf(forgeUserId: number): Promise<string | null> {
    return this.connection.transaction(async (transaction) => {
      const found = await this.accounts.findByForgeUser(transaction, forgeUserId);
      return found && !found.isGone ? found.account.userId : null;
    });
  }

  /** Null where the person to be connected is somebody else on the forge, or that account somebody else here. */
  #signIn(
    person: ForgePerson,
    tokens: ForgeTokens,
    connect: string | null,
  ): Promise<{ secret: string | null } | null> {
    return this.connection.transaction(async (transaction) => {
      await this.accounts.lockForgeUser(transaction, person.id);
      const found = await this.accounts.findByForgeUser(transaction, person.id);
      if (connect !== null) {
        const before = await this.accounts.lock(transaction, connect);
        if ((found ?? before) && found?.account.userId !== connect) return null;
        await this.tokens.save(transaction, connect, person, tokens);
        return { secret: null };
      }
      if (found?.isGone) return null;
      const userId = found?.account.userId ?? (await this.#createUser(transaction, person));
      // An address of his own choice stays; the one that came from the forge follows it.
      if (found && found.userEmail === found.account.email && found.userEmail !== person.email)
        await this.accounts.setUserEmail(transaction, userId, person.email);
      await this.tokens.save(transaction, userId, person, tokens);
      return { secret: await this.auth.startSession(transaction, userId, true) };
    });
  }

  async #createUser(transaction: Transaction, person: ForgePerson): Promise<string> {
    const given = displayName.safeParse((person.name ?? '').trim().slice(0, ONE_LINE_MAX));
    const name = given.success ? given.data : person.login;
    return (await this.auth.createUser(transaction, name, person.email)).id;
  }

  #redirectUrl(): string {
    return `${this.publicUrl.get()}/api/auth/github/callback`;
  }

  /** A page of ours, or the front page: never another site, however it is written. */
  #ownPath(next: string | undefined): string {
    const own = this.publicUrl.get();
    if (!next?.startsWith('/') || !URL.canParse(next, own)) return '/';
    const url = new URL(next, own);
    const path = url.pathname + url.search + url.hash;
    return url.origin !== own || path.startsWith('//') || /^\/(?:api|sign-in)(?:\/|$)/.test(url.pathname)
      ? '/'
      : path;
  }
}

function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
