import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { GithubClient } from '../platform/github-client.js';
import { processId } from '../platform/server-process.js';
import type { ForgeBudget } from '../protocol/forge-budget.js';
import { ProtocolError } from '../protocol/error.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';

/** What the forge still takes (GIT6): in a line for everybody, by each token for whoever runs this Perch. */
@Injectable()
export class ForgeBudgetService {
  constructor(
    private readonly github: GithubClient,
    private readonly auth: AuthService,
  ) {}

  shared(): ForgeBudget | null {
    return this.github.budget;
  }

  /** @throws {ProtocolError} `forbidden` to anybody but the owner */
  async all(account: Account): Promise<RouteReply<'GET /api/forge/budgets'>> {
    if (!account.isOwner)
      throw new ProtocolError(
        'forbidden',
        'Only whoever runs this Perch sees what GitHub still takes of it.',
      );
    const { budgets } = this.github;
    const all = budgets.all();
    const ids = all.flatMap(({ token }) => (token.kind === 'person' ? [token.id] : []));
    const people = await this.auth.signaturesById(ids);
    return {
      process: processId,
      since: budgets.since.toISOString(),
      tokens: all.map(({ token, id, ...budget }) => ({
        ...budget,
        token: {
          id,
          kind: token.kind,
          name:
            token.kind === 'installation'
              ? token.account
              : token.kind === 'person'
                ? (people.get(token.id)?.name ?? null)
                : null,
        },
      })),
    };
  }
}
