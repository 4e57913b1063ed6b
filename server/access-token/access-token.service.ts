import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { Secrets } from '../auth/secret.js';
import type { Caller } from '../platform/caller.js';
import { log } from '../platform/log.js';
import {
  accessScope,
  accessTokenSecret,
  type AccessScope,
  type AccessToken,
} from '../protocol/access-token.js';
import { ProtocolError } from '../protocol/error.js';
import type { RouteBody, RouteReply } from '../protocol/http-routes.js';
import type { RepositoryRef } from '../protocol/repository.js';
import type { Account } from '../protocol/user.js';
import { AccessService, notFound } from '../workspace/access.service.js';
import { AccessTokenRepository, type AccessTokenRow } from './access-token.repository.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const PREFIX = 'perch_';
/** More than anybody keeps apart by name. */
const TOKENS_MAX = 50;

/** What programs act with: in a person's name, for some purposes, perhaps in one repository, until it expires or is revoked. */
@Injectable()
export class AccessTokenService {
  constructor(
    private readonly repository: AccessTokenRepository,
    private readonly access: AccessService,
    private readonly auth: AuthService,
    private readonly secrets: Secrets,
  ) {}

  async create(
    account: Account,
    body: RouteBody<'POST /api/access-tokens'>,
  ): Promise<RouteReply<'POST /api/access-tokens'>> {
    const bound =
      body.repository &&
      (await this.access.requireByName(account, body.repository.owner, body.repository.repo, 'read'))
        .repository;
    if ((await this.repository.countUsable(account.id)) >= TOKENS_MAX)
      throw new ProtocolError('conflict', `You have ${TOKENS_MAX} access tokens. Revoke one first.`);
    const { secret, hash } = this.secrets.create(PREFIX);
    const row = await this.repository.insert({
      tokenHash: hash,
      userId: account.id,
      name: body.name,
      scopes: [...new Set(body.scopes)],
      repositoryId: bound?.id ?? null,
      repositoryName: bound ? `${bound.owner}/${bound.name}` : null,
      expiresAt: new Date(Date.now() + body.expiresInDays * DAY_MS),
    });
    return { accessToken: toAccessToken(row, bound && { owner: bound.owner, repo: bound.name }), secret };
  }

  async list(account: Account): Promise<AccessToken[]> {
    const rows = await this.repository.list(account.id);
    return Promise.all(rows.map(async (row) => toAccessToken(row, await this.#repositoryOf(account, row))));
  }

  /** As it is called now, to whoever may still see it; else as he knew it. */
  async #repositoryOf(
    account: Account,
    { repositoryId, repositoryName }: AccessTokenRow,
  ): Promise<RepositoryRef | null> {
    if (repositoryId === null) return null;
    try {
      const { repository } = await this.access.requireById(account, repositoryId, 'read', 'repository');
      return { owner: repository.owner, repo: repository.name };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const [owner = '', repo = ''] = (repositoryName ?? '').split('/');
      return { owner, repo };
    }
  }

  async revoke(account: Account, id: string): Promise<null> {
    if (!(await this.repository.revoke(account.id, id))) throw notFound('access token');
    return null;
  }

  /** @throws {ProtocolError} `unauthenticated`, saying what became of the token */
  async authenticate(secret: string): Promise<Caller> {
    const found = accessTokenSecret.safeParse(secret).success
      ? await this.repository.findByHash(this.secrets.hash(secret))
      : undefined;
    if (!found) throw refused('is not known here');
    const row = found.token;
    if (row.revokedAt) throw refused('was revoked');
    if (row.expiresAt.getTime() <= Date.now()) throw refused('has expired');
    const account = (await this.auth.accountsById([row.userId])).get(row.userId);
    if (!account || found.isOrphan) throw refused('belongs to somebody who has left');
    this.repository.use(row.id).catch((error: unknown) => {
      log.warn({ err: error }, 'the use of an access token could not be noted');
    });
    return {
      account,
      grant: {
        tokenId: row.id,
        name: row.name,
        scopes: scopesOf(row),
        repositoryId: row.repositoryId,
      },
      again: () => this.#again(secret),
    };
  }

  async #again(secret: string): Promise<Caller | null> {
    try {
      return await this.authenticate(secret);
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }
}

function refused(what: string): ProtocolError {
  return new ProtocolError(
    'unauthenticated',
    `This access token ${what}. Its person makes a new one in Perch under Access tokens.`,
  );
}

/** A scope that is no more is none. */
function scopesOf(row: AccessTokenRow): AccessScope[] {
  return accessScope.options.filter((scope) => row.scopes.includes(scope));
}

function toAccessToken(row: AccessTokenRow, repository: RepositoryRef | null): AccessToken {
  return {
    id: row.id,
    name: row.name,
    scopes: scopesOf(row),
    repository,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
