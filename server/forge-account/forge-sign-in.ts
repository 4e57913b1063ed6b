import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { GithubOAuth } from '../platform/github-oauth.js';
import { ForgeAddress } from '../platform/forge-address.js';
import { TokenCipher } from './token-cipher.js';

/** The App that people sign in by and the key of what is kept of it, where the operator configured one. */
@Injectable()
export class ForgeSignIn {
  readonly #parts: { oauth: GithubOAuth; cipher: TokenCipher; cookies: TokenCipher } | undefined;

  constructor(config: Config, { apiUrl }: ForgeAddress) {
    const { githubApp, secret } = config;
    this.#parts =
      githubApp && secret
        ? {
            oauth: new GithubOAuth(apiUrl, githubApp),
            cipher: new TokenCipher(secret, 'forge tokens'),
            cookies: new TokenCipher(secret, 'sign-in cookies'),
          }
        : undefined;
  }

  get isOn(): boolean {
    return this.#parts !== undefined;
  }

  get oauth(): GithubOAuth {
    return this.#require().oauth;
  }

  /** Of the tokens in the database. */
  get cipher(): TokenCipher {
    return this.#require().cipher;
  }

  /** Of what a browser keeps between leaving for the forge and coming back. */
  get cookies(): TokenCipher {
    return this.#require().cookies;
  }

  #require() {
    if (!this.#parts) throw new Error('no App is configured to sign in by');
    return this.#parts;
  }
}
