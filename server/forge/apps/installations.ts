import { createPublicKey, randomBytes, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { ForgeError } from '../forge-error.js';
import type { HostedRepository } from '../hosted-repository.js';

/** A GitHub App that acts in its own name. */
export type InstallableApp = {
  id: number;
  slug: string;
  /** PEM, of the key whose private half the App signs with. */
  publicKey: string;
  /** How long what it is given lasts; GitHub's hour unless this says otherwise. */
  tokenSeconds?: number;
};

export type Installation = {
  id: number;
  app: InstallableApp;
  /** Whose repositories it may reach. */
  account: string;
  /** Their names without case; null for all of them. */
  repositories: ReadonlySet<string> | null;
  contents: 'read' | 'write';
  createdAt: string;
  suspendedAt: string | null;
};

type Token = { installation: Installation; secret: string; expiresAt: number };

const TOKEN_S = 3_600;
/** The longest GitHub takes. */
const JWT_MAX_S = 600;
/** Clocks differ. */
const LEEWAY_S = 60;

const header = z.object({ alg: z.literal('RS256') });
const claims = z.object({ iat: z.number(), exp: z.number(), iss: z.union([z.string(), z.number()]) });

/** Where Apps are installed, and the tokens they were given. They live as long as the forge's process. */
export class Installations {
  readonly #keys: ReadonlyMap<number, KeyObject>;
  readonly #all = new Map<number, Installation>();
  readonly #tokens = new Map<string, Token>();
  #lastId = 0;

  constructor(private readonly apps: readonly InstallableApp[]) {
    this.#keys = new Map(apps.map((app) => [app.id, createPublicKey(app.publicKey)]));
  }

  install(
    appId: number,
    account: string,
    options: { repositories?: readonly string[]; contents?: 'read' | 'write' } = {},
  ): Installation {
    const app = this.apps.find(({ id }) => id === appId);
    if (!app) throw new Error(`there is no App ${appId}`);
    const installation: Installation = {
      id: ++this.#lastId,
      app,
      account,
      repositories: options.repositories
        ? new Set(options.repositories.map((each) => each.toLowerCase()))
        : null,
      contents: options.contents ?? 'write',
      createdAt: new Date().toISOString(),
      suspendedAt: null,
    };
    this.#all.set(installation.id, installation);
    return installation;
  }

  /** Its tokens end with it. */
  uninstall(id: number): void {
    this.#all.delete(id);
    this.endTokens(id);
  }

  endTokens(id: number): void {
    for (const { secret, installation } of this.#tokens.values())
      if (installation.id === id) this.#tokens.delete(secret);
  }

  of(app: InstallableApp): Installation[] {
    return [...this.#all.values()].filter((each) => each.app === app);
  }

  find(app: InstallableApp, id: number): Installation | undefined {
    return this.of(app).find((each) => each.id === id);
  }

  createToken(installation: Installation): Token {
    const token = {
      installation,
      secret: `ghs_${randomBytes(18).toString('hex')}`,
      expiresAt: Date.now() + (installation.app.tokenSeconds ?? TOKEN_S) * 1000,
    };
    this.#tokens.set(token.secret, token);
    return token;
  }

  /** What a token stands for, while it does. */
  byToken(secret: string): Installation | undefined {
    const token = this.#tokens.get(secret);
    return token && token.expiresAt > Date.now() ? token.installation : undefined;
  }

  /** Which App has signed this. @throws {ForgeError} 401 */
  appOf(jwt: string | undefined): InstallableApp {
    const [head = '', body = '', signature = '', ...more] = (jwt ?? '').split('.');
    if (signature === '' || more.length > 0) throw refused('A JSON web token could not be decoded');
    const [alg, said] = [header.safeParse(decoded(head)), claims.safeParse(decoded(body))];
    if (!alg.success || !said.success) throw refused('A JSON web token could not be decoded');
    const { iat, exp, iss } = said.data;
    const app = this.apps.find(({ id }) => id === Number(iss));
    const key = app && this.#keys.get(app.id);
    if (!app || !key) throw refused('Integration not found');
    const signed = Buffer.from(`${head}.${body}`);
    if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')))
      throw refused('A JSON web token could not be decoded');
    const now = Date.now() / 1000;
    if (exp <= now)
      throw refused(
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    if (exp > now + JWT_MAX_S + LEEWAY_S)
      throw refused("'Expiration time' claim ('exp') is too far in the future");
    if (iat > now + LEEWAY_S)
      throw refused(
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      );
    return app;
  }
}

export function reaches(installation: Installation, repository: HostedRepository): boolean {
  const { account, repositories } = installation;
  return (
    repository.owner.toLowerCase() === account.toLowerCase() &&
    (repositories === null || repositories.has(repository.name.toLowerCase()))
  );
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}

const refused = (message: string) => new ForgeError(401, message);
