import {
  deleteToken,
  exchangeWebFlowCode,
  getWebFlowAuthorizationUrl,
  refreshToken,
} from '@octokit/oauth-methods';
import { request } from '@octokit/request';
import { RequestError } from 'octokit';
import { ProtocolError } from '../protocol/error.js';
import { countedFetch } from './forge-budgets.js';
import { orNull, told } from './github-refusal.js';

export type ForgeApp = { clientId: string; clientSecret: string };

/** What Perch acts with as a person. Without expiry where the App does not let its tokens expire. */
export type ForgeTokens = {
  access: string;
  expiresAt: Date | null;
  refresh: string | null;
  refreshExpiresAt: Date | null;
};

export type ForgePerson = {
  id: number;
  login: string;
  name: string | null;
  /** A verified address that is public there, or the forge's noreply form. */
  email: string;
};

/** Somebody waits for the page, or for a commit, meanwhile. */
const TIMEOUT_MS = 10_000;
/** What the code or the refresh token is at fault for; anything else is the App's configuration. */
const REFUSALS = new Set(['bad_verification_code', 'bad_refresh_token', 'unverified_user_email']);
/** An OAuth app asks for these; a GitHub App has its permissions of its own and heeds none. */
const SCOPE = 'repo user:email';

/**
 * Sign-in at GitHub for a GitHub App (or an OAuth app), with PKCE. Nothing
 * here is tried again by itself: codes and refresh tokens can be used once.
 */
export class GithubOAuth {
  constructor(
    private readonly apiUrl: string,
    private readonly app: ForgeApp,
  ) {}

  /** @param challenge SHA-256 of the verifier that `exchange` will be given, base64url */
  authorizationUrl(ask: { state: string; challenge: string; redirectUrl: string }): string {
    const { url } = getWebFlowAuthorizationUrl({
      clientType: 'github-app',
      clientId: this.app.clientId,
      state: ask.state,
      redirectUrl: ask.redirectUrl,
      request: this.#request(),
    });
    const whole = new URL(url);
    whole.searchParams.set('scope', SCOPE);
    whole.searchParams.set('code_challenge', ask.challenge);
    whole.searchParams.set('code_challenge_method', 'S256');
    return whole.href;
  }

  /** Null where the forge refuses the code: used, expired, or another browser's. */
  async exchange(given: {
    code: string;
    verifier: string;
    redirectUrl: string;
  }): Promise<ForgeTokens | null> {
    const answer = await unlessRefused(
      exchangeWebFlowCode({
        ...this.app,
        clientType: 'github-app',
        code: given.code,
        redirectUrl: given.redirectUrl,
        request: this.#request().defaults({ code_verifier: given.verifier }),
      }),
    );
    return answer && toTokens(answer.authentication);
  }

  /** Null where the forge refuses the refresh token: used, expired or revoked. Either way it is used up. */
  async refresh(token: string): Promise<ForgeTokens | null> {
    const answer = await unlessRefused(
      refreshToken({ ...this.app, clientType: 'github-app', refreshToken: token, request: this.#request() }),
    );
    return answer && toTokens(answer.authentication);
  }

  /** Ends one token; that there was none is as good. */
  async revoke(token: string): Promise<void> {
    await orNull(
      deleteToken({ ...this.app, clientType: 'github-app', token, request: this.#request() }),
      [404, 422],
    );
  }

  /** Whose token this is. */
  async person(token: string): Promise<ForgePerson> {
    const ask = this.#request().defaults({ headers: { authorization: `Bearer ${token}` } });
    const { data: user } = await told(ask('GET /user'));
    // An App that may not read addresses is refused; a person may keep all of his private.
    const emails = await orNull(ask('GET /user/emails', { per_page: 100 }), [403, 404]);
    const shown = emails?.data.find(
      ({ verified, primary, visibility, email }) =>
        verified && (user.email ? email === user.email : primary && visibility === 'public'),
    );
    return {
      id: Number(user.id),
      login: user.login,
      name: user.name,
      email: shown?.email ?? `${user.id}+${user.login}@users.noreply.${mailHost(this.apiUrl)}`,
    };
  }

  #request() {
    return request.defaults({
      baseUrl: this.apiUrl.replace(/\/$/, ''),
      headers: { 'user-agent': 'perch' },
      request: { fetch: countedFetch, signal: AbortSignal.timeout(TIMEOUT_MS) },
    });
  }
}

async function unlessRefused<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    const said =
      error instanceof RequestError ? (error.response?.data as { error?: string })?.error : undefined;
    if (said !== undefined && REFUSALS.has(said)) return null;
    throw new ProtocolError(
      'forge',
      said === undefined
        ? 'GitHub does not answer. Try again in a moment.'
        : `GitHub does not know this Perch: ${said}. Its operator checks GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET.`,
      { cause: error },
    );
  }
}

function toTokens(given: {
  token: string;
  refreshToken?: string;
  expiresAt?: string;
  refreshTokenExpiresAt?: string;
}): ForgeTokens {
  const date = (text: string | undefined) => (text === undefined ? null : new Date(text));
  return {
    access: given.token,
    expiresAt: date(given.expiresAt),
    refresh: given.refreshToken ?? null,
    refreshExpiresAt: date(given.refreshTokenExpiresAt),
  };
}

/** `github.com`, a GitHub Enterprise's own name; the built-in forge has none. */
function mailHost(apiUrl: string): string {
  const { hostname } = new URL(apiUrl);
  return /^[\d.]+$|:|^localhost$/.test(hostname) ? 'perch.invalid' : hostname.replace(/^api\./, '');
}
